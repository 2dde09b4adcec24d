/**
 * @since 0.1.0
 */
export * as BatchEndpoint from "./BatchEndpoint.ts"
export * as BatchJob from "./BatchJob.ts"
export * as File from "./File.ts"
export * as Files from "./Files.ts"
