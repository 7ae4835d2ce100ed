export { createAdmission, type Admission, type AdmissionOptions } from './admission.ts';
export * from './app.ts';
export { bodyLimitBytes } from './body.ts';
export * from './endpoint.ts';
export * from './health.ts';
export { createOpenApi, type OpenApiOptions } from './openapi.ts';
export { HttpError, problemHandler } from './problem.ts';
export * from './representation.ts';
export * from './server.ts';
