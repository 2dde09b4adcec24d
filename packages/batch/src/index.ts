/**
 * @since 0.1.0
 */
export * as BatchEndpoint from "./BatchEndpoint.ts"
export * as BatchJob from "./BatchJob.ts"
export * as BatchResult from "./BatchResult.ts"
export * as File from "./File.ts"
