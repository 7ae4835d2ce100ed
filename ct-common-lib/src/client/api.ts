// Made of docs/openapi.json: edits here are lost.

/** Where each operation is. */
export const routes = {
  createProduct: ['POST', '/api/products'],
  listProducts: ['GET', '/api/products'],
  getProduct: ['GET', '/api/products/{id}'],
  replaceProduct: ['PUT', '/api/products/{id}'],
  patchProduct: ['PATCH', '/api/products/{id}'],
  deleteProduct: ['DELETE', '/api/products/{id}'],
  createReview: ['POST', '/api/reviews'],
  getReview: ['GET', '/api/reviews/{id}'],
  replaceReview: ['PUT', '/api/reviews/{id}'],
  patchReview: ['PATCH', '/api/reviews/{id}'],
  deleteReview: ['DELETE', '/api/reviews/{id}'],
  listReviews: ['GET', '/api/products/{id}/reviews'],
  getRating: ['GET', '/api/products/{id}/rating'],
  listRatings: ['GET', '/api/ratings'],
  getLiveness: ['GET', '/health/live'],
  getReadiness: ['GET', '/health/ready'],
  getMetrics: ['GET', '/metrics'],
  getOpenApi: ['GET', '/openapi.json'],
} as const;

export interface paths {
    "/api/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List, sort, search and filter products */
        get: operations["listProducts"];
        put?: never;
        /**
         * Create a product
         * @description Needs a token with the role `admin`.
         */
        post: operations["createProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/products/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a product with its rating */
        get: operations["getProduct"];
        /**
         * Replace all of a product but its rating
         * @description Needs a token with the role `admin`.
         */
        put: operations["replaceProduct"];
        post?: never;
        /**
         * Delete a product and its reviews
         * @description Needs a token with the role `admin`.
         */
        delete: operations["deleteProduct"];
        options?: never;
        head?: never;
        /**
         * Change fields of a product
         * @description Needs a token with the role `admin`.
         */
        patch: operations["patchProduct"];
        trace?: never;
    };
    "/api/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a review
         * @description Needs a token with the role `customer`.
         */
        post: operations["createReview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a review */
        get: operations["getReview"];
        /**
         * Replace a review
         * @description Needs a token with the role `customer`.
         */
        put: operations["replaceReview"];
        post?: never;
        /**
         * Delete a review
         * @description Needs a token with the role `customer`.
         */
        delete: operations["deleteReview"];
        options?: never;
        head?: never;
        /**
         * Change fields of a review
         * @description Needs a token with the role `customer`.
         */
        patch: operations["patchReview"];
        trace?: never;
    };
    "/api/products/{id}/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List and filter the reviews of a product */
        get: operations["listReviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/products/{id}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the rating of a product */
        get: operations["getRating"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ratings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the ratings of many products */
        get: operations["listRatings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process runs */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests may be sent here, and the state of each helper */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
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
            /** @description For `cursor`; null: this is the last page. */
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
            /** Format: uuid */
            productId: string;
            rating: number;
            /** @default null */
            title?: string | null;
            /** @default null */
            text?: string | null;
            /** @default null */
            authorName?: string | null;
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
        };
        ReviewPage: {
            data: components["schemas"]["Review"][];
            /** @description For `cursor`; null: this is the last page. */
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
            /** @description For `cursor`; null: this is the last page. */
            nextCursor: string | null;
        };
    };
    responses: {
        /** @description Bad Request: `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
        400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
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
                    /** @enum {string} */
                    code?: "INTERNAL";
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
                /** @description The `nextCursor` of the page before, with the same sort and filters. */
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    /** @description The next page, with `rel="next"`, if there is one. */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request: `CURSOR_INVALID`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "CURSOR_INVALID" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                    };
                };
            };
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
        };
    };
    createProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token. */
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    /** @description `true` on an answer that was given before. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Its path. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Bad Request: `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED`, `IDEMPOTENCY_KEY_INVALID` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED" | "IDEMPOTENCY_KEY_INVALID";
                    };
                };
            };
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "ROLE_MISSING";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Conflict: `SKU_TAKEN`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "SKU_TAKEN" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            /** @description Unprocessable Entity: `IDEMPOTENCY_KEY_REUSED` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED";
                    };
                };
            };
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The product. */
            200: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            /** @description Not Found: `PRODUCT_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
        };
    };
    replaceProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The entity tag that was read: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["400"];
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "ROLE_MISSING";
                    };
                };
            };
            /** @description Not Found: `PRODUCT_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Conflict: `SKU_TAKEN` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "SKU_TAKEN";
                    };
                };
            };
            /** @description Precondition Failed: `VERSION_MISMATCH` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "VERSION_MISMATCH";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
        };
    };
    deleteProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The entity tag that was read: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
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
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "ROLE_MISSING";
                    };
                };
            };
            /** @description Not Found: `PRODUCT_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Precondition Failed: `VERSION_MISMATCH` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "VERSION_MISMATCH";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
        };
    };
    patchProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The entity tag that was read: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["400"];
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "ROLE_MISSING";
                    };
                };
            };
            /** @description Not Found: `PRODUCT_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Conflict: `SKU_TAKEN` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "SKU_TAKEN";
                    };
                };
            };
            /** @description Precondition Failed: `VERSION_MISMATCH` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "VERSION_MISMATCH";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
        };
    };
    createReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token. */
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    /** @description `true` on an answer that was given before. */
                    "Idempotency-Replayed"?: "true";
                    /** @description Its path. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description Bad Request: `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED`, `IDEMPOTENCY_KEY_INVALID` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED" | "IDEMPOTENCY_KEY_INVALID";
                    };
                };
            };
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "ROLE_MISSING";
                    };
                };
            };
            /** @description Not Found: `PRODUCT_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Conflict: `REVIEW_EXISTS`, `REQUEST_IN_PROGRESS`, `CREATED_IS_ERASED` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_EXISTS" | "REQUEST_IN_PROGRESS" | "CREATED_IS_ERASED";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            /** @description Unprocessable Entity: `IDEMPOTENCY_KEY_REUSED` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED";
                    };
                };
            };
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The review. */
            200: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            /** @description Not Found: `REVIEW_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
        };
    };
    replaceReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The entity tag that was read: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description Bad Request: `PRODUCT_IS_FIXED`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_IS_FIXED" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                    };
                };
            };
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `REVIEW_OF_ANOTHER`, `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_OF_ANOTHER" | "ROLE_MISSING";
                    };
                };
            };
            /** @description Not Found: `REVIEW_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Precondition Failed: `VERSION_MISMATCH` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "VERSION_MISMATCH";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
        };
    };
    deleteReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The entity tag that was read: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
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
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `REVIEW_OF_ANOTHER`, `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_OF_ANOTHER" | "ROLE_MISSING";
                    };
                };
            };
            /** @description Not Found: `REVIEW_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Precondition Failed: `VERSION_MISMATCH` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "VERSION_MISMATCH";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
        };
    };
    patchReview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The entity tag that was read: 412 if the thing has another version by now. */
                "If-Match"?: string;
            };
            path: {
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description Bad Request: `PRODUCT_IS_FIXED`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_IS_FIXED" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                    };
                };
            };
            /** @description Unauthorized: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` */
            401: {
                headers: {
                    /** @description RFC 6750. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED";
                    };
                };
            };
            /** @description Forbidden: `REVIEW_OF_ANOTHER`, `ROLE_MISSING` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_OF_ANOTHER" | "ROLE_MISSING";
                    };
                };
            };
            /** @description Not Found: `REVIEW_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "REVIEW_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            /** @description Precondition Failed: `VERSION_MISMATCH` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "VERSION_MISMATCH";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `OUTCOME_UNKNOWN`, `IDENTITY_PROVIDER_UNAVAILABLE` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "OUTCOME_UNKNOWN" | "IDENTITY_PROVIDER_UNAVAILABLE";
                    };
                };
            };
        };
    };
    listReviews: {
        parameters: {
            query?: {
                /** @description Items of a page. Default 20. */
                limit?: string;
                /** @description The `nextCursor` of the page before, with the same sort and filters. */
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of reviews. */
            200: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    /** @description The next page, with `rel="next"`, if there is one. */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request: `CURSOR_INVALID`, `INPUT_INVALID`, `JSON_MALFORMED`, `BODY_UNREADABLE`, `PATH_MALFORMED`, `URL_MALFORMED`, `HOST_MISSING`, `REQUEST_MALFORMED` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "CURSOR_INVALID" | "INPUT_INVALID" | "JSON_MALFORMED" | "BODY_UNREADABLE" | "PATH_MALFORMED" | "URL_MALFORMED" | "HOST_MISSING" | "REQUEST_MALFORMED";
                    };
                };
            };
            /** @description Not Found: `PRODUCT_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rating. */
            200: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rating"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            /** @description Not Found: `PRODUCT_NOT_FOUND` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "PRODUCT_NOT_FOUND";
                    };
                };
            };
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            417: components["responses"]["417"];
            431: components["responses"]["431"];
            500: components["responses"]["500"];
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingPage"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
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
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
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
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
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
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
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
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
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
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    /**
                     * @description The version, and a hash of the bytes.
                     * @example "3-g4Ed1NMPmSLva3KC"
                     */
                    ETag?: string;
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
            /** @description Service Unavailable: `DATABASE_UNAVAILABLE`, `OVERLOADED`, `STARTING`, `TIMED_OUT` */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "DATABASE_UNAVAILABLE" | "OVERLOADED" | "STARTING" | "TIMED_OUT";
                    };
                };
            };
        };
    };
}
