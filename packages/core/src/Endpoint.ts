/**
 * Endpoints as plain values: name, method, path, and the schemas of request and response.
 *
 * The client sends requests by them, the emulator routes by them, and a test compares them with Mistral's OpenAPI file.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Completion from "./Completion.ts"
import * as CompletionRequest from "./CompletionRequest.ts"
import type { CompletionEndpoint, Endpoint, FailedChoice } from "./internal/endpoint/endpoint.ts"
import { carriesError } from "./internal/error/carriesError.ts"
import { repairBy } from "./internal/schema/repair.ts"

export type {
  /**
   * An operation that returns bytes, such as the content of a file.
   *
   * @category models
   * @since 0.1.0
   */
  BytesEndpoint,
  /**
   * A completion endpoint: one path that returns a whole response or a stream, depending on the request's `stream`.
   *
   * @category models
   * @since 0.1.0
   */
  CompletionEndpoint,
  /**
   * An operation of the API that takes a `Request` as JSON, or in the form that `encode` gives it, and returns a `Response` as
   * JSON.
   *
   * @category models
   * @since 0.1.0
   */
  Endpoint,
  /**
   * A choice whose generation failed: its index, and the `error` that the server put into it, if it did.
   *
   * @category models
   * @since 0.1.0
   */
  FailedChoice,
  /**
   * Which failures of an operation may be retried.
   *
   * @category models
   * @since 0.1.0
   */
  Retryable,
  /**
   * An operation that returns a stream of `Event`s.
   *
   * @category models
   * @since 0.1.0
   */
  StreamEndpoint
} from "./internal/endpoint/endpoint.ts"

/**
 * Makes a completion endpoint.
 *
 * @category constructors
 * @since 0.1.0
 */
export const completion = <Request>(options: {
  readonly name: string
  readonly path: `/v1/${string}`
  readonly request: Schema.Codec<Request, unknown>
  readonly operation: Endpoint<Request, unknown>["operation"]
}): CompletionEndpoint<Request> => {
  const shared = {
    method: "POST" as const,
    path: options.path,
    request: options.request,
    retryable: "beforeFirstByte" as const,
    operation: options.operation
  }
  return {
    complete: {
      ...shared,
      name: `${options.name}.complete`,
      response: answer,
      repair: repairBy(answer, true),
      failedChoice
    },
    stream: {
      ...shared,
      name: `${options.name}.stream`,
      event: Completion.Chunk,
      repair: repairBy(Completion.Chunk, true),
      failedChoice,
      choices: (chunk) => chunk.choices
    }
  }
}

/** A whole response with at least one choice. */
const answer = /* @__PURE__ */ Completion.Response.check(
  /* @__PURE__ */ Schema.makeFilter(({ choices }) =>
    choices.length > 0 || { path: ["choices"], issue: "Expected at least one choice" }
  )
)

const failedChoice = (response: unknown): FailedChoice | undefined =>
  // The cast is safe: a response of these endpoints has choices, and that of a changed one is not expected to.
  (response as { readonly choices?: ReadonlyArray<ReportedChoice> } | null | undefined)?.choices?.find(
    (choice) => choice.finish_reason === "error" || carriesError(choice)
  )

type ReportedChoice = FailedChoice & Pick<Completion.ChunkChoice, "finish_reason">

/**
 * `POST /v1/chat/completions`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const chat: CompletionEndpoint<CompletionRequest.Chat> = /* @__PURE__ */ completion({
  name: "Chat",
  path: "/v1/chat/completions",
  request: CompletionRequest.Chat,
  operation: "chat"
})

/**
 * `POST /v1/agents/completions`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const agents: CompletionEndpoint<CompletionRequest.Agents> = /* @__PURE__ */ completion({
  name: "Agents",
  path: "/v1/agents/completions",
  request: CompletionRequest.Agents,
  operation: "invoke_agent"
})

/**
 * `POST /v1/fim/completions`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fim: CompletionEndpoint<CompletionRequest.Fim> = /* @__PURE__ */ completion({
  name: "Fim",
  path: "/v1/fim/completions",
  request: CompletionRequest.Fim,
  operation: "text_completion"
})

export {
  /**
   * `GET /v1/models/{model_id}`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  fetchModel,
  /**
   * `GET /v1/models`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  listModels
} from "./internal/endpoint/modelEndpoints.ts"

export {
  /**
   * `POST /v1/embeddings`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  createEmbeddings
} from "./internal/endpoint/embeddingEndpoints.ts"

export {
  /**
   * `POST /v1/chat/moderations`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  createChatModerations,
  /**
   * `POST /v1/moderations`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  createModerations
} from "./internal/endpoint/moderationEndpoints.ts"

export {
  /**
   * `POST /v1/classifications`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  classify,
  /**
   * `POST /v1/chat/classifications`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  classifyChat
} from "./internal/endpoint/classificationEndpoints.ts"

export {
  /**
   * `POST /v1/ocr`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  processOcr
} from "./internal/endpoint/ocrEndpoints.ts"
