/**
 * @since 0.1.0
 */
export * as MistralEmbeddingModel from "./MistralEmbeddingModel.ts"
export * as MistralLanguageModel from "./MistralLanguageModel.ts"
export * as MistralMetadata from "./MistralMetadata.ts"
export * as MistralTelemetry from "./MistralTelemetry.ts"
export * as MistralTool from "./MistralTool.ts"
