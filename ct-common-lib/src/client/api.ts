// Made of docs/openapi.json: edits here are lost.

/** Where each operation is, and whether it takes a token. */
export const routes = {
  createProduct: ['POST', '/api/products', 'token'],
  listProducts: ['GET', '/api/products'],
  getProduct: ['GET', '/api/products/{id}'],
  replaceProduct: ['PUT', '/api/products/{id}', 'token'],
  patchProduct: ['PATCH', '/api/products/{id}', 'token'],
  deleteProduct: ['DELETE', '/api/products/{id}', 'token'],
  createReview: ['POST', '/api/reviews', 'token'],
  getReview: ['GET', '/api/reviews/{id}'],
  replaceReview: ['PUT', '/api/reviews/{id}', 'token'],
  patchReview: ['PATCH', '/api/reviews/{id}', 'token'],
  deleteReview: ['DELETE', '/api/reviews/{id}', 'token'],
  listReviews: ['GET', '/api/products/{id}/reviews'],
  getRating: ['GET', '/api/products/{id}/rating'],
  listRatings: ['GET', '/api/ratings'],
  createAccount: ['POST', '/api/accounts'],
  listAccounts: ['GET', '/api/accounts', 'token'],
  getAccountById: ['GET', '/api/accounts/{id}', 'token'],
  patchAccount: ['PATCH', '/api/accounts/{id}', 'token'],
  deleteAccountById: ['DELETE', '/api/accounts/{id}', 'token'],
  getAccount: ['GET', '/api/account', 'token'],
  deleteAccount: ['POST', '/api/account/removal', 'token'],
  changePassword: ['PUT', '/api/account/password', 'token'],
  setUpSecondFactor: ['POST', '/api/account/second-factor', 'token'],
  confirmSecondFactor: ['POST', '/api/account/second-factor/confirmation', 'token'],
  removeSecondFactor: ['POST', '/api/account/second-factor/removal', 'token'],
  sendVerificationMail: ['POST', '/api/account/verification-mail', 'token'],
  verifyEmail: ['PUT', '/api/email-verification'],
  requestPasswordReset: ['POST', '/api/password-reset'],
  resetPassword: ['PUT', '/api/password-reset'],
  createSession: ['POST', '/api/sessions'],
  refreshSession: ['POST', '/api/sessions/refresh'],
  endSession: ['POST', '/api/sessions/logout'],
  getKeySet: ['GET', '/.well-known/jwks.json'],
  createKey: ['POST', '/api/keys', 'token'],
  listKeys: ['GET', '/api/keys', 'token'],
  getKey: ['GET', '/api/keys/{id}', 'token'],
  revokeKey: ['DELETE', '/api/keys/{id}', 'token'],
  getLiveness: ['GET', '/health/live'],
  getReadiness: ['GET', '/health/ready'],
  getMetrics: ['GET', '/metrics'],
  getOpenApi: ['GET', '/openapi.json'],
} as const;

export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description RFC 9457. */
        Problem: {
            /** @description A URN made of the code. */
            type: string;
            title: string;
            status: number;
            /** @description What is wrong, and what to do. */
            detail: string;
            /** @description The path that was asked for. */
            instance?: string;
            /** @description Stable: a program goes by it. */
            code: string;
            /** @description Every fault of the input. */
            errors?: {
                /** @description A JSON pointer. */
                pointer: string;
                detail: string;
            }[];
        };
        /** @description What is left out is null. Price and currency come together. */
        NewProduct: {
            sku: string;
            name: string;
            /** @default null */
            description?: string | null;
            /** @default null */
            brand?: string | null;
            price?: (string | number) | null;
            /** @default null */
            currency?: string | null;
        };
        /** @description A rating is no part of its version. */
        Product: {
            /** Format: uuid */
            id: string;
            sku: string;
            name: string;
            description: string | null;
            brand: string | null;
            /** @description A decimal with two places. */
            price: string | null;
            /** @description ISO 4217. */
            currency: string | null;
            /** @description Rounded half-up to two decimals; null without reviews. */
            averageRating: number | null;
            reviewCount: number;
            /** @description How many gave so many stars. */
            ratingDistribution: {
                1: number;
                2: number;
                3: number;
                4: number;
                5: number;
            };
            /** @description Grows with each change. */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updatedAt: string;
        };
        ProductPage: {
            data: components["schemas"]["Product"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            nextCursor: string | null;
        };
        /** @description RFC 7396: what is left out stays, null clears. */
        ProductPatch: {
            sku?: string;
            name?: string;
            description?: string | null;
            brand?: string | null;
            price?: (string | number) | null;
            currency?: string | null;
        };
        /** @description What is left out is null. */
        NewReview: {
            /**
             * Format: uuid
             * @description The `id` in an answer of `POST` or `GET /api/products`.
             */
            productId: string;
            rating: number;
            /** @default null */
            title?: string | null;
            /** @default null */
            text?: string | null;
            /** @default null */
            authorName?: string | null;
            /**
             * @description For whom a program writes. Whoever writes with a token is the author.
             * @default null
             */
            authorId?: string | null;
        };
        Review: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            productId: string;
            rating: number;
            title: string | null;
            text: string | null;
            author: {
                id: string | null;
                name: string | null;
            };
            /**
             * @description Only approved reviews are listed and count.
             * @enum {string}
             */
            status: "pending" | "approved" | "rejected";
            /** @description Grows with each change. */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updatedAt: string;
        };
        /** @description What is left out becomes null. `productId` may be repeated, but never changes. */
        ReviewReplacement: {
            /** Format: uuid */
            productId?: string;
            rating: number;
            /** @default null */
            title?: string | null;
            /** @default null */
            text?: string | null;
            /** @default null */
            authorName?: string | null;
        };
        /** @description RFC 7396: what is left out stays, null clears. */
        ReviewPatch: {
            /** Format: uuid */
            productId?: string;
            rating?: number;
            title?: string | null;
            text?: string | null;
            authorName?: string | null;
            /**
             * @description For moderators: only approved reviews are listed and count.
             * @enum {string}
             */
            status?: "pending" | "approved" | "rejected";
        };
        ReviewPage: {
            data: components["schemas"]["Review"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            nextCursor: string | null;
        };
        Rating: {
            /** Format: uuid */
            productId: string;
            /** @description Rounded half-up to two decimals; null without reviews. */
            averageRating: number | null;
            reviewCount: number;
            /** @description How many gave so many stars. */
            ratingDistribution: {
                1: number;
                2: number;
                3: number;
                4: number;
                5: number;
            };
            /** @description The average with ten reviews of three stars added, for sorting. */
            bayesianAverage: number;
            /** @description Grows with each change. */
            version: number;
            updatedAt: string | null;
        };
        RatingPage: {
            data: components["schemas"]["Rating"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            nextCursor: string | null;
        };
        NewAccount: {
            /** Format: email */
            email: string;
            /** Format: password */
            password: string;
        };
        Account: {
            /**
             * Format: uuid
             * @description The author of the reviews that its owner writes.
             */
            id: string;
            email: string;
            emailVerified: boolean;
            /** @enum {string} */
            role: "customer" | "moderator" | "admin";
            disabled: boolean;
            /** @description Whether a login takes a code. */
            secondFactor: boolean;
            /** @description Grows with each change. */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updatedAt: string;
        };
        AccountPage: {
            data: components["schemas"]["Account"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            nextCursor: string | null;
        };
        AccountPatch: {
            /** @enum {string} */
            role?: "customer" | "moderator" | "admin";
            /** @description Nobody logs in, and sessions end. */
            disabled?: boolean;
        };
        AccountRemoval: {
            /** Format: password */
            password: string;
        };
        PasswordChange: {
            /** Format: password */
            currentPassword: string;
            /** Format: password */
            newPassword: string;
        };
        NewSecondFactor: {
            /** Format: password */
            password: string;
        };
        SecondFactor: {
            /** @description In base 32, to be typed into an authenticator. */
            secret: string;
            /** @description The same as otpauth://…, for a QR code. */
            uri: string;
        };
        SecondFactorCode: {
            /** @description Six digits of the authenticator, or a recovery code. */
            code: string;
        };
        RecoveryCodes: {
            /** @description Each in place of a code, once, when the authenticator is lost. Shown this once. */
            recoveryCodes: string[];
        };
        SecondFactorRemoval: {
            /** Format: password */
            password: string;
            /** @description Six digits of the authenticator, or a recovery code. */
            code: string;
        };
        EmailVerification: {
            /** @description What stands after # in the link of the mail. */
            token: string;
        };
        PasswordResetRequest: {
            /** Format: email */
            email: string;
        };
        PasswordReset: {
            /** @description What stands after # in the link of the mail. */
            token: string;
            /** Format: password */
            newPassword: string;
        };
        Login: {
            /** Format: email */
            email: string;
            /** Format: password */
            password: string;
            /** @description Six digits of the authenticator, or a recovery code. */
            code?: string;
        };
        Session: {
            /** Format: uuid */
            accountId: string;
            /** @description For Authorization: Bearer. */
            accessToken: string;
            /** @constant */
            tokenType: "Bearer";
            /** @description Seconds that the access token lasts. */
            expiresIn: number;
            /** @description Good once, for the next tokens of this session. */
            refreshToken: string;
            /** @description Seconds that the refresh token lasts. */
            refreshExpiresIn: number;
        };
        RefreshToken: {
            refreshToken: string;
        };
        KeySet: {
            keys: ({
                kty: string;
                kid: string;
                alg: string;
                use: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        NewApiKey: {
            /** @description What it is for. */
            name: string;
            /** @description What it may do. */
            scopes: ("reviews:write" | "reviews:moderate" | "products:write")[];
            /**
             * @description Null: never.
             * @default null
             */
            expiresAt?: string | null;
        };
        CreatedApiKey: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description Of the key: ctr_<prefix>_… */
            prefix: string;
            scopes: ("reviews:write" | "reviews:moderate" | "products:write")[];
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description To the minute. */
            lastUsedAt: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            /** @description All of it. Shown this once. */
            key: string;
        };
        ApiKeyPage: {
            data: components["schemas"]["ApiKey"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            nextCursor: string | null;
        };
        ApiKey: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description Of the key: ctr_<prefix>_… */
            prefix: string;
            scopes: ("reviews:write" | "reviews:moderate" | "products:write")[];
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description To the minute. */
            lastUsedAt: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
        };
    };
    responses: {
        /** @description Bad Request: `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
        400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                };
            };
        };
        /** @description Request Timeout: `REQUEST_TIMEOUT` */
        408: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 408;
                    /** @enum {string} */
                    code?: "REQUEST_TIMEOUT";
                };
            };
        };
        /** @description Payload Too Large: `BODY_TOO_LARGE` */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 413;
                    /** @enum {string} */
                    code?: "BODY_TOO_LARGE";
                };
            };
        };
        /** @description Unsupported Media Type: `MEDIA_TYPE_UNSUPPORTED`, `ENCODING_UNSUPPORTED` */
        415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 415;
                    /** @enum {string} */
                    code?: "MEDIA_TYPE_UNSUPPORTED" | "ENCODING_UNSUPPORTED";
                };
            };
        };
        /** @description Expectation Failed: `EXPECTATION_FAILED` */
        417: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 417;
                    /** @enum {string} */
                    code?: "EXPECTATION_FAILED";
                };
            };
        };
        /** @description Request Header Fields Too Large: `HEAD_TOO_LARGE` */
        431: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 431;
                    /** @enum {string} */
                    code?: "HEAD_TOO_LARGE";
                };
            };
        };
        /** @description Internal Server Error: `INTERNAL` */
        500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 500;
                    /** @enum {string} */
                    code?: "INTERNAL";
                };
            };
        };
        /** @description Bad Request: `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED`, `IDEMPOTENCY_KEY_INVALID` */
        "400.IDEMPOTENCY_KEY_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED" | "IDEMPOTENCY_KEY_INVALID";
                };
            };
        };
        /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED`, `KEY_INVALID` */
        "401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 401;
                    /** @enum {string} */
                    code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED" | "KEY_INVALID";
                };
            };
        };
        /** @description Forbidden: `SCOPE_MISSING` */
        "403.SCOPE_MISSING": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 403;
                    /** @enum {string} */
                    code?: "SCOPE_MISSING";
                };
            };
        };
        /** @description Conflict: `SKU_TAKEN`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.SKU_TAKEN.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "SKU_TAKEN" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Unprocessable Entity: `IDEMPOTENCY_KEY_REUSED` */
        "422.IDEMPOTENCY_KEY_REUSED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 422;
                    /** @enum {string} */
                    code?: "IDEMPOTENCY_KEY_REUSED";
                };
            };
        };
        /** @description Too Many Requests: `TOO_MANY_REQUESTS` */
        "429.TOO_MANY_REQUESTS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 429;
                    /** @enum {string} */
                    code?: "TOO_MANY_REQUESTS";
                };
            };
        };
        /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
        "503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 503;
                    /** @enum {string} */
                    code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                };
            };
        };
        /** @description Bad Request: `CURSOR_INVALID`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
        "400.CURSOR_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "CURSOR_INVALID" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                };
            };
        };
        /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
        "503.TIMED_OUT": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 503;
                    /** @enum {string} */
                    code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                };
            };
        };
        /** @description Not Found: `PRODUCT_NOT_FOUND` */
        "404.PRODUCT_NOT_FOUND": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 404;
                    /** @enum {string} */
                    code?: "PRODUCT_NOT_FOUND";
                };
            };
        };
        /** @description Conflict: `SKU_TAKEN` */
        "409.SKU_TAKEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "SKU_TAKEN";
                };
            };
        };
        /** @description Precondition Failed: `VERSION_MISMATCH` */
        "412.VERSION_MISMATCH": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 412;
                    /** @enum {string} */
                    code?: "VERSION_MISMATCH";
                };
            };
        };
        /** @description Forbidden: `AUTHOR_IS_CALLER`, `SCOPE_MISSING` */
        "403.AUTHOR_IS_CALLER.SCOPE_MISSING": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 403;
                    /** @enum {string} */
                    code?: "AUTHOR_IS_CALLER" | "SCOPE_MISSING";
                };
            };
        };
        /** @description Conflict: `REVIEW_EXISTS`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.REVIEW_EXISTS.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "REVIEW_EXISTS" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Not Found: `REVIEW_NOT_FOUND` */
        "404.REVIEW_NOT_FOUND": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 404;
                    /** @enum {string} */
                    code?: "REVIEW_NOT_FOUND";
                };
            };
        };
        /** @description Bad Request: `PRODUCT_IS_FIXED`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
        "400.PRODUCT_IS_FIXED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "PRODUCT_IS_FIXED" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                };
            };
        };
        /** @description Forbidden: `REVIEW_OF_ANOTHER`, `SCOPE_MISSING` */
        "403.REVIEW_OF_ANOTHER.SCOPE_MISSING": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 403;
                    /** @enum {string} */
                    code?: "REVIEW_OF_ANOTHER" | "SCOPE_MISSING";
                };
            };
        };
        /** @description Forbidden: `REVIEW_OF_ANOTHER`, `STATUS_IS_MODERATED`, `SCOPE_MISSING` */
        "403.REVIEW_OF_ANOTHER.STATUS_IS_MODERATED.SCOPE_MISSING": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 403;
                    /** @enum {string} */
                    code?: "REVIEW_OF_ANOTHER" | "STATUS_IS_MODERATED" | "SCOPE_MISSING";
                };
            };
        };
        /** @description Conflict: `EMAIL_TAKEN`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.EMAIL_TAKEN.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "EMAIL_TAKEN" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN` */
        "503.OUTCOME_UNKNOWN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 503;
                    /** @enum {string} */
                    code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN";
                };
            };
        };
        /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT`, `IDENTITY_PROVIDER_UNAVAILABLE` */
        "503.TIMED_OUT.IDENTITY_PROVIDER_UNAVAILABLE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 503;
                    /** @enum {string} */
                    code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT" | "IDENTITY_PROVIDER_UNAVAILABLE";
                };
            };
        };
        /** @description Not Found: `ACCOUNT_NOT_FOUND` */
        "404.ACCOUNT_NOT_FOUND": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 404;
                    /** @enum {string} */
                    code?: "ACCOUNT_NOT_FOUND";
                };
            };
        };
        /** @description Conflict: `LAST_ADMIN` */
        "409.LAST_ADMIN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "LAST_ADMIN";
                };
            };
        };
        /** @description Bad Request: `PASSWORD_WRONG`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED`, `IDEMPOTENCY_KEY_INVALID` */
        "400.PASSWORD_WRONG.IDEMPOTENCY_KEY_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "PASSWORD_WRONG" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED" | "IDEMPOTENCY_KEY_INVALID";
                };
            };
        };
        /** @description Conflict: `LAST_ADMIN`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.LAST_ADMIN.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "LAST_ADMIN" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Bad Request: `PASSWORD_WRONG`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
        "400.PASSWORD_WRONG": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "PASSWORD_WRONG" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                };
            };
        };
        /** @description Conflict: `SECOND_FACTOR_ON`, `EMAIL_UNVERIFIED`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.SECOND_FACTOR_ON.EMAIL_UNVERIFIED.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "SECOND_FACTOR_ON" | "EMAIL_UNVERIFIED" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Bad Request: `CODE_WRONG`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED`, `IDEMPOTENCY_KEY_INVALID` */
        "400.CODE_WRONG.IDEMPOTENCY_KEY_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "CODE_WRONG" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED" | "IDEMPOTENCY_KEY_INVALID";
                };
            };
        };
        /** @description Conflict: `SECOND_FACTOR_ON`, `SECOND_FACTOR_OFF`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.SECOND_FACTOR_ON.SECOND_FACTOR_OFF.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "SECOND_FACTOR_ON" | "SECOND_FACTOR_OFF" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Bad Request: `PASSWORD_WRONG`, `CODE_WRONG`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED`, `IDEMPOTENCY_KEY_INVALID` */
        "400.PASSWORD_WRONG.CODE_WRONG.IDEMPOTENCY_KEY_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "PASSWORD_WRONG" | "CODE_WRONG" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED" | "IDEMPOTENCY_KEY_INVALID";
                };
            };
        };
        /** @description Conflict: `SECOND_FACTOR_OFF`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.SECOND_FACTOR_OFF.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "SECOND_FACTOR_OFF" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Conflict: `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
        "409.REQUEST_IN_PROGRESS.CREATED_IS_ERASED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {string} */
                    code?: "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                };
            };
        };
        /** @description Bad Request: `LINK_INVALID`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `QUERY_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
        "400.LINK_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {string} */
                    code?: "LINK_INVALID" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "QUERY_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                };
            };
        };
        /** @description Unauthorized: `CREDENTIALS_WRONG`, `CODE_MISSING`, `CODE_WRONG` */
        "401.CREDENTIALS_WRONG.CODE_MISSING.CODE_WRONG": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 401;
                    /** @enum {string} */
                    code?: "CREDENTIALS_WRONG" | "CODE_MISSING" | "CODE_WRONG";
                };
            };
        };
        /** @description Forbidden: `ACCOUNT_DISABLED` */
        "403.ACCOUNT_DISABLED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 403;
                    /** @enum {string} */
                    code?: "ACCOUNT_DISABLED";
                };
            };
        };
        /** @description Unauthorized: `REFRESH_TOKEN_INVALID`, `REFRESH_TOKEN_REUSED` */
        "401.REFRESH_TOKEN_INVALID.REFRESH_TOKEN_REUSED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 401;
                    /** @enum {string} */
                    code?: "REFRESH_TOKEN_INVALID" | "REFRESH_TOKEN_REUSED";
                };
            };
        };
        /** @description Unauthorized: `REFRESH_TOKEN_INVALID` */
        "401.REFRESH_TOKEN_INVALID": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 401;
                    /** @enum {string} */
                    code?: "REFRESH_TOKEN_INVALID";
                };
            };
        };
        /** @description Not Found: `KEY_NOT_FOUND` */
        "404.KEY_NOT_FOUND": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 404;
                    /** @enum {string} */
                    code?: "KEY_NOT_FOUND";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listProducts: {
        parameters: {
            query?: {
                /** @description Items of a page. Default 20. */
                limit?: string;
                /** @description The `nextCursor` of the page before, with the same sort and filters; without one it is the first page. */
                cursor?: string;
                sort?: "-createdAt" | "createdAt" | "name" | "price" | "-price" | "-averageRating" | "-reviewCount";
                /** @description Words, each of which begins a word of the sku, name, brand or description. */
                q?: string;
                brand?: string;
                /** @description The least average, 1 to 5. */
                minRating?: string;
            };
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of products. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.CURSOR_INVALID"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    createProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sku": "mug-red",
                 *       "name": "Red mug",
                 *       "brand": "Kiln",
                 *       "price": "12.50",
                 *       "currency": "EUR"
                 *     }
                 */
                "application/json": components["schemas"]["NewProduct"];
            };
        };
        responses: {
            /** @description The product. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            408: components["responses"]["408"];
            409: components["responses"]["409.SKU_TAKEN.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    getProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/products`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The product. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            404: components["responses"]["404.PRODUCT_NOT_FOUND"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    replaceProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/products`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sku": "mug-red",
                 *       "name": "Red mug",
                 *       "brand": "Kiln",
                 *       "price": "12.50",
                 *       "currency": "EUR"
                 *     }
                 */
                "application/json": components["schemas"]["NewProduct"];
            };
        };
        responses: {
            /** @description The product. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.PRODUCT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.SKU_TAKEN"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    deleteProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/products`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.PRODUCT_NOT_FOUND"];
            408: components["responses"]["408"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    patchProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/products`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "price": "13.00",
                 *       "currency": "EUR"
                 *     }
                 */
                "application/json": components["schemas"]["ProductPatch"];
                /**
                 * @example {
                 *       "price": "13.00",
                 *       "currency": "EUR"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["ProductPatch"];
            };
        };
        responses: {
            /** @description The product. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.PRODUCT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.SKU_TAKEN"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    createReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "productId": "01a1fc86-3458-7527-9678-c72b2d45f41f",
                 *       "rating": 5,
                 *       "title": "Good",
                 *       "text": "Keeps my tea warm.",
                 *       "authorName": "Bo"
                 *     }
                 */
                "application/json": components["schemas"]["NewReview"];
            };
        };
        responses: {
            /** @description The review. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.AUTHOR_IS_CALLER.SCOPE_MISSING"];
            404: components["responses"]["404.PRODUCT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.REVIEW_EXISTS.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    getReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST /api/reviews` or `GET /api/products/{id}/reviews`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The review. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            404: components["responses"]["404.REVIEW_NOT_FOUND"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    replaceReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST /api/reviews` or `GET /api/products/{id}/reviews`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "rating": 5,
                 *       "title": "Good",
                 *       "text": "Keeps my tea warm.",
                 *       "authorName": "Bo"
                 *     }
                 */
                "application/json": components["schemas"]["ReviewReplacement"];
            };
        };
        responses: {
            /** @description The review. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            400: components["responses"]["400.PRODUCT_IS_FIXED"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.REVIEW_OF_ANOTHER.SCOPE_MISSING"];
            404: components["responses"]["404.REVIEW_NOT_FOUND"];
            408: components["responses"]["408"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    deleteReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST /api/reviews` or `GET /api/products/{id}/reviews`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, and counts no more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.REVIEW_OF_ANOTHER.SCOPE_MISSING"];
            404: components["responses"]["404.REVIEW_NOT_FOUND"];
            408: components["responses"]["408"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    patchReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST /api/reviews` or `GET /api/products/{id}/reviews`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "rating": 4
                 *     }
                 */
                "application/json": components["schemas"]["ReviewPatch"];
                /**
                 * @example {
                 *       "rating": 4
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["ReviewPatch"];
            };
        };
        responses: {
            /** @description The review. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            400: components["responses"]["400.PRODUCT_IS_FIXED"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.REVIEW_OF_ANOTHER.STATUS_IS_MODERATED.SCOPE_MISSING"];
            404: components["responses"]["404.REVIEW_NOT_FOUND"];
            408: components["responses"]["408"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    listReviews: {
        parameters: {
            query?: {
                /** @description Items of a page. Default 20. */
                limit?: string;
                /** @description The `nextCursor` of the page before, with the same sort and filters; without one it is the first page. */
                cursor?: string;
                sort?: "-createdAt" | "createdAt" | "-rating" | "rating";
                /** @description Only reviews with these stars, e.g. `4,5`. */
                rating?: string;
            };
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/products`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of reviews. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.CURSOR_INVALID"];
            404: components["responses"]["404.PRODUCT_NOT_FOUND"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    getRating: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/products`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rating. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rating"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            404: components["responses"]["404.PRODUCT_NOT_FOUND"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    listRatings: {
        parameters: {
            query: {
                /** @description Ids of up to 100 products, separated by commas. */
                productIds: string;
            };
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that exist, in the order asked for; there is no next page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                /** @description Items of a page. Default 20. */
                limit?: string;
                /** @description The `nextCursor` of the page before, with the same sort and filters; without one it is the first page. */
                cursor?: string;
                /** @description The account with this address alone. */
                email?: string;
            };
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of accounts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.CURSOR_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@shop.example",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description The account. A mail with a link is on its way, to confirm the address; without `SMTP_URL` the link is in the log. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            408: components["responses"]["408"];
            409: components["responses"]["409.EMAIL_TAKEN.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN"];
        };
    };
    getAccountById: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/accounts`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    deleteAccountById: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/accounts`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.LAST_ADMIN"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    patchAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/accounts`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "moderator"
                 *     }
                 */
                "application/json": components["schemas"]["AccountPatch"];
                /**
                 * @example {
                 *       "role": "moderator"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["AccountPatch"];
            };
        };
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.LAST_ADMIN"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    deleteAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["AccountRemoval"];
            };
        };
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.PASSWORD_WRONG.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.LAST_ADMIN.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "currentPassword": "correct horse battery",
                 *       "newPassword": "incorrect horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description It is changed: log in again. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.PASSWORD_WRONG"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    setUpSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["NewSecondFactor"];
            };
        };
        responses: {
            /** @description For your authenticator. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactor"];
                };
            };
            400: components["responses"]["400.PASSWORD_WRONG.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.SECOND_FACTOR_ON.EMAIL_UNVERIFIED.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    confirmSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "123456"
                 *     }
                 */
                "application/json": components["schemas"]["SecondFactorCode"];
            };
        };
        responses: {
            /** @description For when the authenticator is lost. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["400.CODE_WRONG.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.SECOND_FACTOR_ON.SECOND_FACTOR_OFF.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    removeSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery",
                 *       "code": "123456"
                 *     }
                 */
                "application/json": components["schemas"]["SecondFactorRemoval"];
            };
        };
        responses: {
            /** @description A login takes the password alone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.PASSWORD_WRONG.CODE_WRONG.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.SECOND_FACTOR_OFF.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    sendVerificationMail: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way, unless the address is confirmed already, or the last one went within five minutes, or ten did within a day. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.ACCOUNT_NOT_FOUND"];
            408: components["responses"]["408"];
            409: components["responses"]["409.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    verifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl"
                 *     }
                 */
                "application/json": components["schemas"]["EmailVerification"];
            };
        };
        responses: {
            /** @description It is confirmed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.LINK_INVALID"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN"];
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl",
                 *       "newPassword": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description It is changed: log in. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.LINK_INVALID"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN"];
        };
    };
    requestPasswordReset: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@shop.example"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordResetRequest"];
            };
        };
        responses: {
            /** @description It is on its way, if there is such an account, unless the last one went within five minutes, or ten did within a day. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            408: components["responses"]["408"];
            409: components["responses"]["409.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN"];
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@shop.example",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description An access token, and one to refresh it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.CREDENTIALS_WRONG.CODE_MISSING.CODE_WRONG"];
            403: components["responses"]["403.ACCOUNT_DISABLED"];
            408: components["responses"]["408"];
            409: components["responses"]["409.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN"];
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refreshToken": "6f1f6f0e-3b1a-4c56-9a51-1f4f0c3a2b19.Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"
                 *     }
                 */
                "application/json": components["schemas"]["RefreshToken"];
            };
        };
        responses: {
            /** @description Both anew: the refresh token is good once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.REFRESH_TOKEN_INVALID.REFRESH_TOKEN_REUSED"];
            408: components["responses"]["408"];
            409: components["responses"]["409.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refreshToken": "6f1f6f0e-3b1a-4c56-9a51-1f4f0c3a2b19.Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"
                 *     }
                 */
                "application/json": components["schemas"]["RefreshToken"];
            };
        };
        responses: {
            /** @description The session has ended; its access token lasts for its minutes. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.REFRESH_TOKEN_INVALID"];
            408: components["responses"]["408"];
            409: components["responses"]["409.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN"];
        };
    };
    getKeySet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON Web Key Set (RFC 7517). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description Items of a page. Default 20. */
                limit?: string;
                /** @description The `nextCursor` of the page before, with the same sort and filters; without one it is the first page. */
                cursor?: string;
            };
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.CURSOR_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Shop server",
                 *       "scopes": [
                 *         "reviews:write",
                 *         "products:write"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description The key, which is shown this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            400: components["responses"]["400.IDEMPOTENCY_KEY_INVALID"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            408: components["responses"]["408"];
            409: components["responses"]["409.REQUEST_IN_PROGRESS.CREATED_IS_ERASED"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            422: components["responses"]["422.IDEMPOTENCY_KEY_REUSED"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/keys`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is shown of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.KEY_NOT_FOUND"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, quotes included: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The `id` in an answer of `POST` or `GET /api/keys`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nobody gets in with it any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401.TOKEN_MISSING.TOKEN_INVALID.TOKEN_EXPIRED.KEY_INVALID"];
            403: components["responses"]["403.SCOPE_MISSING"];
            404: components["responses"]["404.KEY_NOT_FOUND"];
            408: components["responses"]["408"];
            412: components["responses"]["412.VERSION_MISMATCH"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            429: components["responses"]["429.TOO_MANY_REQUESTS"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.OUTCOME_UNKNOWN.IDENTITY_PROVIDER_UNAVAILABLE"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "live"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "live";
                    };
                };
            };
            400: components["responses"]["400"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They may. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "parts": {
                     *         "postgres": "up",
                     *         "cache": "in-use",
                     *         "bus": "connected"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "ready";
                        parts: {
                            [key: string]: string;
                        };
                    };
                };
            };
            400: components["responses"]["400"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                    /**
                     * @example {
                     *       "status": "not ready",
                     *       "parts": {
                     *         "postgres": "down",
                     *         "cache": "in-use",
                     *         "bus": "connected"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "not ready";
                        parts: {
                            [key: string]: string;
                        };
                    };
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the text format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example ct_http_requests_in_progress{kind="read"} 1 */
                    "text/plain": string;
                };
            };
            400: components["responses"]["400"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags that the client has: 304 if it is one of them. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.1",
                     *       "info": {
                     *         "title": "CT Reviews",
                     *         "version": "0.1.0"
                     *       },
                     *       "paths": {}
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            503: components["responses"]["503.TIMED_OUT"];
        };
    };
}
