/**
 * @since 0.1.0
 */
export * as Batch from "./Batch.ts"
export * as BatchEndpoint from "./BatchEndpoint.ts"
export * as BatchError from "./BatchError.ts"
export * as Batches from "./Batches.ts"
export * as BatchInput from "./BatchInput.ts"
export * as BatchJob from "./BatchJob.ts"
export * as BatchJobs from "./BatchJobs.ts"
export * as BatchResult from "./BatchResult.ts"
export * as BatchRoute from "./BatchRoute.ts"
export * as BatchTest from "./BatchTest.ts"
export * as File from "./File.ts"
export * as Files from "./Files.ts"
export * as Ledger from "./Ledger.ts"
export * as Limits from "./Limits.ts"
