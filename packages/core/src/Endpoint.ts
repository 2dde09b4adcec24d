/**
 * Endpoints as plain values: name, method, path, and the schemas of request and response.
 *
 * The client sends requests by them, the emulator routes by them, and a test compares them with Mistral's OpenAPI file.
 *
 * @since 0.1.0
 */
import type { HttpBody } from "effect/http/HttpBody"
import * as Schema from "effect/Schema"
import * as Classification from "./Classification.ts"
import * as Completion from "./Completion.ts"
import * as CompletionRequest from "./CompletionRequest.ts"
import * as Embedding from "./Embedding.ts"
import { carriesError } from "./internal/error/carriesError.ts"
import { repairBy } from "./internal/schema/repair.ts"
import * as Model from "./Model.ts"
import * as Moderation from "./Moderation.ts"
import * as OcrDocument from "./OcrDocument.ts"

/**
 * An operation of the API that takes a `Request` as JSON, or in the form that `encode` gives it, and returns a `Response` as
 * JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface Endpoint<in out Request, in out Response> {
  /** The name of the operation in errors, spans and logs, such as `Chat.complete`. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** The path from `/v1` on. `{name}` is a path parameter. */
  readonly path: `/v1/${string}`
  readonly request: Schema.Codec<Request, unknown>
  readonly response: Schema.Codec<Response, unknown>
  /**
   * Writes a valid request in another form than JSON, such as a form with a file (`MultipartBody.make`).
   *
   * *Details*: a body that is a `Stream` runs anew for each attempt. While it is sent, the limit to the first byte of the
   * response counts from its last piece. Where it fails, the call fails with `InvalidRequest` and is not retried.
   */
  readonly encode?: ((body: Readonly<Record<string, unknown>>) => HttpBody) | undefined
  /**
   * Reads JSON that does not fit the schema of the response, because the server left something out. The result is used
   * if it fits. Without this function such a response fails with `InvalidResponse`.
   */
  readonly repair?: ((json: unknown) => unknown) | undefined
  /** The choice whose generation failed, where a response reports such a failure. */
  readonly failedChoice?: ((response: unknown) => FailedChoice | undefined) | undefined
  /** The schema of the query parameters. Without it they are not validated. */
  readonly query?: Schema.Codec<object, unknown> | undefined
  /** Which failures may be retried. */
  readonly retryable: Retryable
  /** The `gen_ai.operation.name` of its span, where OpenTelemetry's conventions have one. */
  readonly operation?: "chat" | "text_completion" | "embeddings" | "invoke_agent" | undefined
}

/**
 * Which failures of an operation may be retried.
 *
 * *Details*:
 *
 * - `always`: the operation is idempotent and free. A retry changes nothing more on the server, so even a truncated
 *   response is requested again.
 * - `beforeFirstByte`: the operation is idempotent, but it runs a model and costs again. It is retried only as long as no
 *   byte of the response body was received.
 * - `ifRejected`: the operation is not idempotent, because it creates something. Only rate-limit and capacity errors are
 *   retried, because the server certainly did not act on them.
 *
 * @category models
 * @since 0.1.0
 */
export type Retryable = "always" | "beforeFirstByte" | "ifRejected"

/**
 * A choice whose generation failed: its index, and the `error` that the server put into it, if it did.
 *
 * @category models
 * @since 0.1.0
 */
export interface FailedChoice {
  readonly index: number
  readonly error?: unknown
}

/**
 * An operation that returns a stream of `Event`s.
 *
 * *Details*: `repair` and `failedChoice` are about an event here. `choices` returns the choices of an event. An operation
 * that has it fails with `StreamEndedEarly` where `[DONE]` comes before any choice.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamEndpoint<in out Request, in out Event> extends Omit<Endpoint<Request, Event>, "response"> {
  readonly event: Schema.Codec<Event, unknown>
  readonly choices?:
    | ((event: Event) => ReadonlyArray<Pick<Completion.ChunkChoice, "index" | "finish_reason">>)
    | undefined
}

/**
 * An operation that returns bytes, such as the content of a file.
 *
 * @category models
 * @since 0.1.0
 */
export interface BytesEndpoint<in out Request>
  extends Omit<Endpoint<Request, never>, "response" | "repair" | "failedChoice" | "operation">
{
  /**
   * Whether every response has the same bytes, so that one that broke off is requested again under the retry policy, and the
   * bytes that were delivered before are left out. Default: false.
   */
  readonly resumable?: boolean | undefined
}

/**
 * A completion endpoint: one path that returns a whole response or a stream, depending on the request's `stream`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompletionEndpoint<in out Request> {
  readonly complete: Endpoint<Request, Completion.Response>
  readonly stream: StreamEndpoint<Request, Completion.Chunk>
}

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

/**
 * `GET /v1/models`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const listModels: Endpoint<void, Model.List> = {
  name: "Models.list",
  method: "GET",
  path: "/v1/models",
  request: Schema.Void,
  response: Model.List,
  repair: /* @__PURE__ */ repairBy(Model.List, false),
  retryable: "always"
}

/**
 * `GET /v1/models/{model_id}`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fetchModel: Endpoint<void, Model.Model> = {
  name: "Models.fetch",
  method: "GET",
  path: "/v1/models/{model_id}",
  request: Schema.Void,
  response: Model.Model,
  repair: /* @__PURE__ */ repairBy(Model.Model, false),
  retryable: "always"
}

/**
 * `POST /v1/embeddings`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const createEmbeddings: Endpoint<Embedding.Request, Embedding.Response> = {
  name: "Embeddings.create",
  method: "POST",
  path: "/v1/embeddings",
  request: Embedding.Request,
  response: Embedding.Response,
  repair: /* @__PURE__ */ repairBy(Embedding.Response, true),
  retryable: "beforeFirstByte",
  operation: "embeddings"
}

/**
 * `POST /v1/moderations`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const createModerations: Endpoint<Moderation.Request, Moderation.Response> = {
  name: "Moderations.create",
  method: "POST",
  path: "/v1/moderations",
  request: Moderation.Request,
  response: Moderation.Response,
  repair: /* @__PURE__ */ repairBy(Moderation.Response, true),
  retryable: "always"
}

/**
 * `POST /v1/chat/moderations`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const createChatModerations: Endpoint<Moderation.ChatRequest, Moderation.Response> = {
  name: "Moderations.createChat",
  method: "POST",
  path: "/v1/chat/moderations",
  request: Moderation.ChatRequest,
  response: Moderation.Response,
  repair: /* @__PURE__ */ repairBy(Moderation.Response, true),
  retryable: "always"
}

/**
 * `POST /v1/classifications`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const classify: Endpoint<Classification.Request, Classification.Response> = {
  name: "Classifiers.classify",
  method: "POST",
  path: "/v1/classifications",
  request: Classification.Request,
  response: Classification.Response,
  repair: /* @__PURE__ */ repairBy(Classification.Response, true),
  retryable: "always"
}

/**
 * `POST /v1/chat/classifications`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const classifyChat: Endpoint<Classification.ChatRequest, Classification.Response> = {
  name: "Classifiers.classifyChat",
  method: "POST",
  path: "/v1/chat/classifications",
  request: Classification.ChatRequest,
  response: Classification.Response,
  repair: /* @__PURE__ */ repairBy(Classification.Response, true),
  retryable: "always"
}

/**
 * `POST /v1/ocr`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const processOcr: Endpoint<OcrDocument.Request, OcrDocument.Response> = {
  name: "Ocr.process",
  method: "POST",
  path: "/v1/ocr",
  request: OcrDocument.Request,
  response: OcrDocument.Response,
  repair: /* @__PURE__ */ repairBy(OcrDocument.Response, true),
  retryable: "beforeFirstByte"
}
