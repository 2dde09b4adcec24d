/**
 * The reasons a call can fail for. Each is a tagged class; `MistralError` holds one of them.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { details, list, sentence } from "./internal/reasonText.ts"

/**
 * One place where a request or an answer does not fit: the path (keys and indexes, empty for the whole), and why.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Issue = Schema.Struct({
  path: Schema.Array(Schema.Union([Schema.String, Schema.Number])),
  message: Schema.String
})

/**
 * One place where a request or an answer does not fit.
 *
 * @category models
 * @since 0.1.0
 */
export type Issue = typeof Issue.Type

/** What is known of an answer with an error status. `serverMessage` is the server's own sentence. */
const fromServer = {
  status: Schema.Int,
  serverMessage: Schema.optional(Schema.String),
  code: Schema.optional(Schema.String),
  type: Schema.optional(Schema.String),
  field: Schema.optional(Schema.String),
  requestId: Schema.optional(Schema.String),
  retryAfter: Schema.optional(Schema.DurationFromMillis)
}

/** Where in a stream something happened: how many chunks the caller had been given, and the request's id. */
const inStream = { chunks: Schema.Int, requestId: Schema.optional(Schema.String) }

/** The class of a reason: tagged, and named in full where schemas are. */
const reason = <Self>() => <const Tag extends string, Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) =>
  Schema.TaggedError<Self>(`@effect-mistral/core/MistralError/${tag}`)(tag, fields)

/**
 * The request does not fit its schema; nothing was sent. `issues` names every place.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidRequest extends reason<InvalidRequest>()("InvalidRequest", {
  issues: Schema.Array(Issue)
}) {
  readonly isRetryable = false
  override get message() {
    return `invalid request, nothing was sent: ${list(this.issues)}`
  }
}

/**
 * 401: the API key is missing, wrong or expired.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Authentication extends reason<Authentication>()("Authentication", fromServer) {
  readonly isRetryable = false
  override get message() {
    return sentence("unauthorized", this, "Check the API key, and that it belongs to this host.")
  }
}

/**
 * 403: the key may not do this.
 *
 * @category reasons
 * @since 0.1.0
 */
export class PermissionDenied extends reason<PermissionDenied>()("PermissionDenied", fromServer) {
  readonly isRetryable = false
  override get message() {
    return sentence("permission denied", this, "Check what the key's workspace and plan allow.")
  }
}

/**
 * 403: a guardrail blocked the request. `guardrails` holds the decisions as the server sent them.
 *
 * @category reasons
 * @since 0.1.0
 */
export class GuardrailViolation extends reason<GuardrailViolation>()("GuardrailViolation", {
  ...fromServer,
  guardrails: Schema.optional(Schema.Unknown)
}) {
  readonly isRetryable = false
  override get message() {
    return sentence("guardrail violation", this, "See `guardrails` for the categories and scores.")
  }
}

/**
 * 404: no such path, model, agent or object.
 *
 * @category reasons
 * @since 0.1.0
 */
export class NotFound extends reason<NotFound>()("NotFound", fromServer) {
  readonly isRetryable = false
  override get message() {
    return sentence("not found", this, "Check the base URL and the id.")
  }
}

/**
 * 409: the request contradicts the state of what it is about.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Conflict extends reason<Conflict>()("Conflict", fromServer) {
  readonly isRetryable = false
  override get message() {
    return sentence("conflict", this, "Read the current state, then decide again.")
  }
}

/**
 * 422: the server refuses the request's content. `issues` names the fields.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Validation extends reason<Validation>()("Validation", {
  ...fromServer,
  issues: Schema.Array(Issue)
}) {
  readonly isRetryable = false
  override get message() {
    return sentence("validation failed", this, "Correct the fields named, or remove them.")
  }
}

/**
 * 400, or another status from 400 to 499 that has no reason of its own.
 *
 * @category reasons
 * @since 0.1.0
 */
export class BadRequest extends reason<BadRequest>()("BadRequest", fromServer) {
  /** True for 408, a request the server did not wait for. */
  get isRetryable(): boolean {
    return this.status === 408
  }
  override get message() {
    return sentence("request refused", this, "Correct the request: repeating it as it is gives the same answer.")
  }
}

/**
 * 429: more requests or tokens than the key may use. `limits` holds the `x-ratelimit-*` headers.
 *
 * @category reasons
 * @since 0.1.0
 */
export class RateLimited extends reason<RateLimited>()("RateLimited", {
  ...fromServer,
  limits: Schema.optional(Schema.Record(Schema.String, Schema.String))
}) {
  readonly isRetryable = true
  override get message() {
    return sentence("rate limited", this, "Send less, or raise the limits of the workspace.")
  }
}

/**
 * 429 or 503: the service tier has no capacity left for the model. It is the server's limit, not the key's.
 *
 * @category reasons
 * @since 0.1.0
 */
export class CapacityExceeded extends reason<CapacityExceeded>()("CapacityExceeded", fromServer) {
  readonly isRetryable = true
  override get message() {
    return sentence("capacity exceeded", this, "Try again later, or use another model or service tier.")
  }
}

/**
 * 500 to 599: the server failed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ServerError extends reason<ServerError>()("ServerError", fromServer) {
  readonly isRetryable = true
  override get message() {
    return sentence("server error", this, "Try again; if it lasts, give the request id to Mistral.")
  }
}

/**
 * An error of the observability API: `code` is one of its codes, which grow.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ObservabilityError extends reason<ObservabilityError>()("ObservabilityError", fromServer) {
  get isRetryable(): boolean {
    return this.status === 408
  }
  override get message() {
    return sentence("observability error", this, "See the code.")
  }
}

/**
 * An answer that took too long: `firstByte` (nothing of it came), `idle` (it paused), or `total` (the whole call with its
 * repetitions). `duration` is the limit that ran out.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Timeout extends reason<Timeout>()("Timeout", {
  phase: Schema.Literals(["firstByte", "idle", "total"]),
  duration: Schema.DurationFromMillis,
  ...inStream
}) {
  get isRetryable(): boolean {
    return this.phase !== "total"
  }
  override get message() {
    const what = { firstByte: "no first byte", idle: "no further byte", total: "not finished" }[this.phase]
    return `timeout: ${what} within ${Duration.format(this.duration)}${
      details([["chunks", this.chunks || undefined], ["request id", this.requestId]])
    }. Raise timeout.${this.phase} if such waits are expected.`
  }
}

/**
 * No connection, or none that brought an answer: name not found, refused, reset before the first byte. `description` is
 * the transport's.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ConnectionFailed extends reason<ConnectionFailed>()("ConnectionFailed", {
  description: Schema.String
}) {
  readonly isRetryable = true
  override get message() {
    return `connection failed: ${this.description}. Check the network and the base URL.`
  }
}

/**
 * The connection broke in the middle of an answer.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ConnectionLost extends reason<ConnectionLost>()("ConnectionLost", {
  description: Schema.String,
  ...inStream
}) {
  readonly isRetryable = true
  override get message() {
    return `connection lost after ${this.chunks} chunks: ${this.description}${
      details([["request id", this.requestId]])
    }. The answer is incomplete.`
  }
}

/**
 * An answer that is not what was asked for: another content type (an HTML page, say), text that is no JSON, JSON that
 * does not fit the schema, or an event over the size limit. `issues` names the places that do not fit.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidResponse extends reason<InvalidResponse>()("InvalidResponse", {
  kind: Schema.Literals(["contentType", "json", "schema", "tooLarge"]),
  status: Schema.Int,
  description: Schema.String,
  issues: Schema.Array(Issue),
  ...inStream
}) {
  readonly isRetryable = false
  override get message() {
    return `${this.status} with an answer that cannot be used: ${this.description}${
      this.issues.length === 0 ? "" : `: ${list(this.issues)}`
    }${
      details([["chunks before", this.chunks || undefined], ["request id", this.requestId]])
    }. Check the base URL; if it is right, report this.`
  }
}

/**
 * A stream that ended without `[DONE]`: the answer may lack its end.
 *
 * @category reasons
 * @since 0.1.0
 */
export class StreamEndedEarly extends reason<StreamEndedEarly>()("StreamEndedEarly", { ...inStream }) {
  readonly isRetryable = true
  override get message() {
    return `stream ended early, without [DONE], after ${this.chunks} chunks${
      details([["request id", this.requestId]])
    }. The answer may be incomplete.`
  }
}

/**
 * The server reported an error inside a stream that had begun well.
 *
 * @category reasons
 * @since 0.1.0
 */
export class StreamError extends reason<StreamError>()("StreamError", {
  ...fromServer,
  ...inStream
}) {
  /** False where the error names a status from 400 to 499 other than 408 and 429. */
  get isRetryable(): boolean {
    return this.status < 400 || this.status >= 500 || this.status === 408 || this.status === 429
  }
  override get message() {
    return sentence(`error inside the stream after ${this.chunks} chunks`, this, "The answer is incomplete.")
  }
}

/**
 * The model's generation failed: a choice ended with `finish_reason: "error"`.
 *
 * @category reasons
 * @since 0.1.0
 */
export class GenerationFailed extends reason<GenerationFailed>()("GenerationFailed", {
  choice: Schema.Int,
  ...inStream
}) {
  readonly isRetryable = true
  override get message() {
    return `generation failed: choice ${this.choice} ended with finish_reason "error"${
      details([["chunks", this.chunks || undefined], ["request id", this.requestId]])
    }. Try again.`
  }
}

/**
 * The model's answer does not fit the schema asked for. `text` is what it wrote, `issues` where it does not fit, and
 * `finishReason` why it stopped: `length` means that the answer was cut off.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidOutput extends reason<InvalidOutput>()("InvalidOutput", {
  text: Schema.String,
  issues: Schema.Array(Issue),
  finishReason: Schema.optional(Schema.String)
}) {
  readonly isRetryable = false
  override get message() {
    return `the model's answer does not fit the schema: ${list(this.issues)}${
      details([["finish reason", this.finishReason], ["characters", this.text.length]])
    }. See \`text\` for what it wrote.`
  }
}
