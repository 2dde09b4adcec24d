/** A capability of a model, by the key that it has in the API's list of models. */
export type Capability = typeof capabilities[number]

/** The capabilities of the API's list of models, in its order. */
export const capabilities = [
  "completion_chat",
  "function_calling",
  "reasoning",
  "completion_fim",
  "fine_tuning",
  "vision",
  "ocr",
  "classification",
  "moderation",
  "audio",
  "audio_transcription",
  "audio_transcription_realtime",
  "audio_speech",
  "unified_resources"
] as const

/** The dimensions of an embedding model. */
export interface EmbeddingDimensions {
  /** The dimension of a request that gives none. */
  readonly usual: number
  /** The largest dimension; absent if a request can choose neither dimension nor data type. */
  readonly most?: number
}

/** A model of the emulator, as the documentation describes it. */
export interface CatalogEntry {
  /** The name that never changes its meaning. */
  readonly id: string
  /** Its other names, those that are used most first. */
  readonly aliases: ReadonlyArray<string>
  /** The day of its release. */
  readonly released: string
  /** The context in tokens. */
  readonly context: number
  /** The temperature of a request that gives none; `null` for a model that completes nothing. */
  readonly temperature: number | null
  readonly can: ReadonlyArray<Capability>
  readonly embedding?: EmbeddingDimensions
  /** Whether it thinks without being asked, and cannot be told not to: the reasoning models before `reasoning_effort`. */
  readonly alwaysThinks?: boolean
  /** The day of its retirement, if that was announced. */
  readonly retires?: string
  readonly replacement?: string
}
