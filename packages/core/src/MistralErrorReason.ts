/**
 * The reasons for which a call can fail: one tagged class each. A `MistralError` holds one of them.
 *
 * The module `MistralError` re-exports all of them.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Completion from "./CompletionSchema.ts"
import {
  errorResponseMessage,
  formatDetails,
  formatDuration,
  formatIssues,
  withoutFullStop
} from "./internal/error/reasonMessage.ts"
import { isTransient } from "./internal/error/transient.ts"

const issue = Schema.Struct({
  path: Schema.Array(Schema.Union([Schema.String, Schema.Number])),
  message: Schema.String
})

/**
 * One place where a request, a response or a model's output does not fit its schema.
 *
 * @category models
 * @since 0.1.0
 */
export interface Issue extends Schema.Schema.Type<typeof issue> {}

/**
 * The schema of one place where a request, a response or a model's output does not fit its schema.
 *
 * *Details*: `path` holds keys and indexes, and is empty where the whole value does not fit. `message` says why.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Issue: Schema.Codec<Issue> = issue

/** As `Schema.DurationFromMillis`, which would bring the codec of `BigInt` into every bundle. */
const duration = Schema.Number.pipe(
  Schema.decodeTo(Schema.declare(Duration.isDuration, { expected: "Duration" }), {
    decode: SchemaGetter.transform(Duration.millis),
    encode: SchemaGetter.transform(Duration.toMillis)
  })
)

/**
 * The facts of an error response. `serverMessage` is the server's own sentence, `provider` the server behind a gateway, and
 * `limits` the `x-ratelimit-*` headers.
 */
const errorResponse = {
  status: Schema.Int,
  serverMessage: Schema.optional(Schema.String),
  code: Schema.optional(Schema.String),
  type: Schema.optional(Schema.String),
  field: Schema.optional(Schema.String),
  provider: Schema.optional(Schema.String),
  requestId: Schema.optional(Schema.String),
  retryAfter: Schema.optional(duration),
  limits: Schema.optional(Schema.Record(Schema.String, Schema.String))
}

/** The position in a stream: the number of chunks that the caller had received, and the request id. */
const position = { chunks: Schema.Int, requestId: Schema.optional(Schema.String) }

/** Makes the base class of a reason: tagged, and with a full name for schemas. */
const reason = <Self>() => <const Tag extends string, Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) =>
  Schema.TaggedError<Self>(`@effect-mistral/core/MistralError/${tag}`)(tag, fields)

/**
 * The request does not fit its schema, and nothing was sent. `issues` names every place.
 *
 * *Details*: `incomplete` is true where the body is a stream that failed, or whose number of bytes is not the one that was
 * announced. A part of it may have been sent, but the server did not get it as a whole.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidRequest extends reason<InvalidRequest>()("InvalidRequest", {
  issues: Schema.Array(Issue),
  incomplete: Schema.optional(Schema.Boolean)
}) {
  readonly isRetryable = false
  override get message() {
    const sent = this.incomplete === true ? "its body broke off" : "nothing was sent"
    return `invalid request, ${sent}: ${formatIssues(this.issues)}`
  }
}

/**
 * 401: the API key is missing, wrong or expired.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Authentication extends reason<Authentication>()("Authentication", errorResponse) {
  readonly isRetryable = false
  override get message() {
    return errorResponseMessage("unauthorized", this, "Check the API key, and that it belongs to this host.")
  }
}

/**
 * 403: the API key does not allow this request.
 *
 * @category reasons
 * @since 0.1.0
 */
export class PermissionDenied extends reason<PermissionDenied>()("PermissionDenied", errorResponse) {
  readonly isRetryable = false
  override get message() {
    return errorResponseMessage("permission denied", this, "Check what the key's workspace and plan allow.")
  }
}

/**
 * 403: a guardrail blocked the request. `guardrails` holds the decisions as the server sent them.
 *
 * @see https://docs.mistral.ai/capabilities/guardrailing
 * @category reasons
 * @since 0.1.0
 */
export class GuardrailViolation extends reason<GuardrailViolation>()("GuardrailViolation", {
  ...errorResponse,
  guardrails: Schema.optional(Schema.Unknown)
}) {
  readonly isRetryable = false
  override get message() {
    return errorResponseMessage("guardrail violation", this, "See `guardrails` for the categories and scores.")
  }
}

/**
 * 404: the path, model, agent or object does not exist.
 *
 * @category reasons
 * @since 0.1.0
 */
export class NotFound extends reason<NotFound>()("NotFound", errorResponse) {
  readonly isRetryable = false
  override get message() {
    return errorResponseMessage("not found", this, "Check the base URL and the id.")
  }
}

/**
 * 409: the request contradicts the current state of an object.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Conflict extends reason<Conflict>()("Conflict", errorResponse) {
  readonly isRetryable = false
  override get message() {
    return errorResponseMessage("conflict", this, "Read the current state, then adjust the request.")
  }
}

/**
 * 422: the server refuses the content of the request. `issues` names the fields.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Validation extends reason<Validation>()("Validation", {
  ...errorResponse,
  issues: Schema.Array(Issue)
}) {
  readonly isRetryable = false
  override get message() {
    return errorResponseMessage("validation failed", this, "Correct or remove the named fields.")
  }
}

/**
 * 400, or another status below 500 that has no reason of its own.
 *
 * *Details*: it is retryable with the statuses 408 (the server did not wait for the request) and 425 (too early). A status
 * of 200 means a response that reports an error without a status of its own. One of 300 to 399 is a redirect, which is
 * not followed: `serverMessage` says to which host.
 *
 * @category reasons
 * @since 0.1.0
 */
export class BadRequest extends reason<BadRequest>()("BadRequest", errorResponse) {
  get isRetryable(): boolean {
    return this.status >= 400 && isTransient(this)
  }
  override get message() {
    return errorResponseMessage("request refused", this)
  }
}

/**
 * 429: the key has used up its requests or tokens. `limits` holds the `x-ratelimit-*` headers.
 *
 * *Details*: it is not retryable where the server says that a quota is used up (`insufficient_quota`).
 *
 * @category reasons
 * @since 0.1.0
 */
export class RateLimited extends reason<RateLimited>()("RateLimited", errorResponse) {
  get isRetryable(): boolean {
    return isTransient(this)
  }
  override get message() {
    return errorResponseMessage("rate limited", this, "Send less, or raise the limits.")
  }
}

/**
 * 429 or 503: the service tier has no capacity left for the model. The limit is the server's, not that of the key.
 *
 * @category reasons
 * @since 0.1.0
 */
export class CapacityExceeded extends reason<CapacityExceeded>()("CapacityExceeded", errorResponse) {
  readonly isRetryable = true
  override get message() {
    return errorResponseMessage("capacity exceeded", this, "Retry later, or use another model or service tier.")
  }
}

/**
 * 500 to 599: the server failed.
 *
 * *Details*: it is not retryable with the statuses 501 and 505, nor where the server names a cause that lasts, such as a
 * prompt that is longer than the model's context.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ServerError extends reason<ServerError>()("ServerError", errorResponse) {
  get isRetryable(): boolean {
    return isTransient(this)
  }
  override get message() {
    return errorResponseMessage("server error", this)
  }
}

/**
 * An error of the observability API. `code` is one of its codes, to which new ones are added.
 *
 * *Details*: it is retryable with the statuses 408 and 425.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ObservabilityError extends reason<ObservabilityError>()("ObservabilityError", errorResponse) {
  get isRetryable(): boolean {
    return isTransient(this)
  }
  override get message() {
    return errorResponseMessage("observability error", this, "See the code.")
  }
}

/**
 * A time limit expired. `duration` is the limit, and `phase` says which one it was.
 *
 * *Details*: the phases are those of `RequestOptions`: `firstByte` (no byte of the response was received), `idle` (no
 * further byte was received), `nextEvent` (no event of a stream was received) and `total` (the whole call with its retries).
 * All but the last are retryable.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Timeout extends reason<Timeout>()("Timeout", {
  phase: Schema.Literals(["firstByte", "idle", "nextEvent", "total"]),
  duration: duration,
  ...position
}) {
  get isRetryable(): boolean {
    return this.phase !== "total"
  }
  override get message() {
    const what = {
      firstByte: "no first byte",
      idle: "no further byte",
      nextEvent: "no further event",
      total: "not finished"
    }[this.phase]
    return `timeout: ${what} within ${formatDuration(this.duration)}${
      formatDetails([["chunks", this.chunks || undefined], ["request id", this.requestId]])
    }. Raise timeout.${this.phase} if such waits are expected.`
  }
}

/**
 * The effect that yields the API key failed, and nothing was sent. `description` says why.
 *
 * *Details*: it has the messages, tags, codes and statuses of the error and of its causes. The error may quote a key or
 * another secret that this library does not know. So all that looks like one is left out: values after names such as
 * `client_secret`, the query of a URL, and words with letters and digits.
 *
 * It is retryable, for every operation. A defect of the effect is an `InvalidRequest` that does not say why.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ApiKeyUnavailable extends reason<ApiKeyUnavailable>()("ApiKeyUnavailable", {
  description: Schema.String
}) {
  readonly isRetryable = true
  override get message() {
    return `no API key, nothing was sent: ${withoutFullStop(this.description)}. Check the effect that yields the key.`
  }
}

/**
 * The connection failed before the first byte of the response: the name was not found, the connection was refused or reset.
 * `description` is the transport's. In a browser it also names CORS, because a browser does not tell a program that it
 * refused a response.
 *
 * *Details*: a client that `transformClient` has changed may fail with an error of its own. `description` then has its tag
 * and message, and `retryAfter` is the wait that it gives. `circuitOpen` is true for the error of an open circuit breaker,
 * which is not retryable: it is there to fail at once.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ConnectionFailed extends reason<ConnectionFailed>()("ConnectionFailed", {
  description: Schema.String,
  retryAfter: Schema.optional(duration),
  circuitOpen: Schema.optional(Schema.Boolean)
}) {
  get isRetryable(): boolean {
    return this.circuitOpen !== true
  }
  override get message() {
    return `connection failed: ${withoutFullStop(this.description)}.${
      this.circuitOpen ? "" : " Check the network and the base URL."
    }`
  }
}

/**
 * The connection was lost in the middle of a response.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ConnectionLost extends reason<ConnectionLost>()("ConnectionLost", {
  description: Schema.String,
  ...position
}) {
  readonly isRetryable = true
  override get message() {
    return `connection lost after ${this.chunks} chunks: ${withoutFullStop(this.description)}${
      formatDetails([["request id", this.requestId]])
    }. The response is incomplete.`
  }
}

/**
 * A response that is not of the expected form.
 *
 * *Details*: `kind` says what is wrong: `contentType` (an HTML page, say), `json` (text that is not JSON), `schema` (JSON
 * that does not fit the schema, where `issues` names the places), `tooLarge` (a response or an event over the size limit),
 * `notStreamed` (a stream that came as a whole, because the platform's `fetch` cannot stream) or `changed` (bytes that are
 * not those of before, when they were requested again after the connection was lost).
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidResponse extends reason<InvalidResponse>()("InvalidResponse", {
  kind: Schema.Literals(["contentType", "json", "schema", "tooLarge", "notStreamed", "changed"]),
  status: Schema.Int,
  description: Schema.String,
  issues: Schema.Array(Issue),
  ...position
}) {
  readonly isRetryable = false
  get #advice(): string {
    if (this.kind === "tooLarge") return " Raise maxSize in the request options."
    if (this.kind === "changed") return " Read it anew."
    // Its description says what to do.
    if (this.kind === "notStreamed") return ""
    // Something of this API came where chunks came before, or where an issue is about a part of it.
    return this.chunks > 0 || this.issues.some(({ path }) => path.length > 0)
      ? ` Report this${this.requestId === undefined ? "" : " with the request id"}.`
      : " Check the base URL, or report this."
  }
  override get message() {
    return `${this.status} with an unusable response: ${this.description}${
      this.issues.length === 0 ? "" : `: ${formatIssues(this.issues)}`
    }${formatDetails([["chunks before", this.chunks || undefined], ["request id", this.requestId]])}.${this.#advice}`
  }
}

/**
 * A stream ended without `[DONE]`, or with `[DONE]` before any choice (`withoutChoice`). The end of the response may be
 * missing.
 *
 * @category reasons
 * @since 0.1.0
 */
export class StreamEndedEarly extends reason<StreamEndedEarly>()("StreamEndedEarly", {
  ...position,
  withoutChoice: Schema.optional(Schema.Boolean)
}) {
  readonly isRetryable = true
  override get message() {
    return `stream ended early, ${
      this.withoutChoice ? "before any choice" : "without [DONE]"
    }, after ${this.chunks} chunks${formatDetails([["request id", this.requestId]])}. The response may be incomplete.`
  }
}

/**
 * The server reported an error inside a stream that had begun with status 200. `status` is that of the error, or 200 if the
 * error has none.
 *
 * *Details*: it is retryable where a response with that status would be. Without a status it is retryable unless its code
 * or type blames the request (`invalid_request_error`).
 *
 * @category reasons
 * @since 0.1.0
 */
export class StreamError extends reason<StreamError>()("StreamError", {
  ...errorResponse,
  ...position
}) {
  get isRetryable(): boolean {
    return isTransient(this)
  }
  override get message() {
    return errorResponseMessage(
      `error inside the stream after ${this.chunks} chunks`,
      this,
      "The response is incomplete."
    )
  }
}

/**
 * The model's generation failed: a choice ended with `finish_reason: "error"`. `choice` is its index, and `serverMessage` the
 * server's own sentence, if it gave one.
 *
 * @category reasons
 * @since 0.1.0
 */
export class GenerationFailed extends reason<GenerationFailed>()("GenerationFailed", {
  choice: Schema.Int,
  serverMessage: Schema.optional(Schema.String),
  ...position
}) {
  readonly isRetryable = true
  override get message() {
    return `generation failed: choice ${this.choice} ended with finish_reason "error"${
      this.serverMessage === undefined ? "" : `: ${withoutFullStop(this.serverMessage)}`
    }${formatDetails([["chunks", this.chunks || undefined], ["request id", this.requestId]])}. Retry.`
  }
}

/**
 * The model's output does not fit the schema of the object that the caller expects.
 *
 * *Details*: `text` is the output, `issues` names the places that do not fit, and `finishReason` is the reason why the model
 * stopped. With `length` the output is truncated. `response` is the whole response, with its id, its usage and the tool
 * calls that the model made in place of the object.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidOutput extends reason<InvalidOutput>()("InvalidOutput", {
  text: Schema.String,
  issues: Schema.Array(Issue),
  finishReason: Schema.optional(Schema.String),
  response: Schema.optional(Completion.Response)
}) {
  readonly isRetryable = false
  override get message() {
    return `the model's output does not fit the schema: ${formatIssues(this.issues)}${
      formatDetails([["finish reason", this.finishReason], ["characters", this.text.length]])
    }. See \`text\` for the output.`
  }
}
