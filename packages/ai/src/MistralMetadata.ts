/**
 * The types of what this package writes to `metadata.mistral` of responses and errors, and reads from `options.mistral` of
 * prompts.
 *
 * They are types and no interfaces, because only those fit the index signature of JSON.
 *
 * *Details*: importing this package adds them to the types of `effect/ai`. `Prompt.fromResponseParts`, which `Chat` uses,
 * turns the metadata of a response into the options of the next prompt, so that what only Mistral knows is sent back.
 *
 * @since 0.1.0
 */
import type { ImageDetail } from "@effect-mistral/core/Content"
import type * as Schema from "effect/Schema"

/**
 * The content of a text that is more than text: references between its pieces, for example.
 *
 * @category models
 * @since 0.1.0
 */
export type Text = {
  /** All pieces of the text in the order of the response, as Mistral sent them. Only there if one is not plain text. */
  readonly content?: Schema.Json
}

/**
 * The parts of a model's thinking that are not text.
 *
 * @category models
 * @since 0.1.0
 */
export type Reasoning = {
  /** The signature with which the model recognises its own thinking. */
  readonly signature?: string
  /** Whether the model ended its thinking itself. */
  readonly closed?: boolean
  /** All pieces of the thinking, as Mistral sent them. Only there if one is not plain text. */
  readonly thinking?: Schema.Json
  /** The key of the message that had the thinking, where an OpenAI-compatible server did not send it as content. */
  readonly field?: "reasoning_content" | "reasoning" | "reasoning_details"
  /** The details of the thinking, such as signatures, as OpenAI-compatible servers send and take them. */
  readonly details?: Schema.Json
}

/**
 * The reference or page that a source was made of.
 *
 * @category models
 * @since 0.1.0
 */
export type Source = {
  /** The id of the reference, as in `reference_ids`. */
  readonly referenceId?: string | number
  /** The other keys of the piece of content, as Mistral sent them. */
  readonly piece?: Schema.Json
}

/**
 * What this version does not know of a response, by its place.
 *
 * *Details*: strings that a stream brings in pieces are joined, as `Completion.collect` of core does.
 *
 * @category models
 * @since 0.1.0
 */
export type Unknown = {
  /** Keys of the response. */
  readonly response?: Schema.Json
  /** Keys of the choice. */
  readonly choice?: Schema.Json
  /** Keys of the message. */
  readonly message?: Schema.Json
  /** Keys of tool calls, with the ids of the calls, and whole calls that have no part because the response was cut off. */
  readonly calls?: Schema.Json
  /** Pieces of content of unknown kinds, and unknown keys of known ones. */
  readonly content?: Schema.Json
}

/**
 * The parts of a response that have no place of their own in `effect/ai`.
 *
 * @category models
 * @since 0.1.0
 */
export type Finish = {
  /** The `finish_reason` as the server sent it; `null` if it sent none. */
  readonly finishReason?: string | null
  /** The whole `usage`, as the server sent it. */
  readonly usage?: Schema.Json
  /** The decisions of the guardrails. */
  readonly guardrails?: Schema.Json
  /** The choices beside the first one. */
  readonly choices?: Schema.Json
  /**
   * The messages before the last one, where Mistral ran built-in tools: the texts of the model, the calls that Mistral ran,
   * and their results.
   */
  readonly messages?: Schema.Json
  /** What this version does not know, or has no place for. */
  readonly unknown?: Unknown
  /** The id of the request on Mistral's side. */
  readonly requestId?: string
}

/**
 * What is known of a failed call beside what the class of its error has a field for.
 *
 * *Details*: `cause` of the error's reason is the `MistralError` itself. It has the same and more, but it is not part of the
 * error's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export type Failure = {
  /** The `_tag` of the reason of the `MistralError`. */
  readonly reason: string
  /** The status that the error is about: of the response, or of the error that the server reported inside a good one. */
  readonly status?: number
  /** The server's own sentence. */
  readonly serverMessage?: string
  readonly code?: string
  readonly type?: string
  /** The server that a gateway asked, where the gateway names it. */
  readonly provider?: string
  /** The id of the request on Mistral's side. */
  readonly requestId?: string
  /** The wait before a retry that the server asked for. Only `RateLimitError` has a field for it. */
  readonly retryAfterMillis?: number
  /** The places where the request or the response does not fit its schema. */
  readonly issues?: Array<{ path: Array<string | number>; message: string }>
  /** The decisions of the guardrails, where one of them refused the call. */
  readonly guardrails?: Schema.MutableJson
}

/**
 * Options of a file in a prompt.
 *
 * @category models
 * @since 0.1.0
 */
export type File = {
  /** The level of detail at which the model sees an image. */
  readonly imageDetail?: ImageDetail
  /** The id of a file that was uploaded to Mistral: it is sent in place of the data. */
  readonly fileId?: string
}

declare module "effect/ai/Response" {
  export interface TextPartMetadata extends ProviderMetadata {
    readonly mistral?: Text | null
  }
  export interface TextEndPartMetadata extends ProviderMetadata {
    readonly mistral?: Text | null
  }
  export interface ReasoningPartMetadata extends ProviderMetadata {
    readonly mistral?: Reasoning | null
  }
  export interface ReasoningEndPartMetadata extends ProviderMetadata {
    readonly mistral?: Reasoning | null
  }
  export interface DocumentSourcePartMetadata extends ProviderMetadata {
    readonly mistral?: Source | null
  }
  export interface UrlSourcePartMetadata extends ProviderMetadata {
    readonly mistral?: Source | null
  }
  export interface FinishPartMetadata extends ProviderMetadata {
    readonly mistral?: Finish | null
  }
}

declare module "effect/ai/Prompt" {
  export interface TextPartOptions extends ProviderOptions {
    readonly mistral?: Text | null
  }
  export interface ReasoningPartOptions extends ProviderOptions {
    readonly mistral?: Reasoning | null
  }
  export interface FilePartOptions extends ProviderOptions {
    readonly mistral?: File | null
  }
}

declare module "effect/ai/AiError" {
  export interface RateLimitErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface QuotaExhaustedErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface AuthenticationErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface ContentPolicyErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface InvalidRequestErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface InvalidResponseErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface InternalProviderErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface InvalidOutputErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface StructuredOutputErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface UnsupportedSchemaErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
  export interface UnknownErrorMetadata extends ProviderMetadata {
    readonly mistral?: Failure | null
  }
}
