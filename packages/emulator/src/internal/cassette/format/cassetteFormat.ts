import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The version of the format that is written. No other version is read. */
export const version = 1

/** A duration in whole milliseconds. */
const Millis = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const Headers = Schema.Record(Schema.String, Schema.String)

const Base64Text = Schema.String.check(
  Schema.makeFilter((text) => Result.isSuccess(Base64.decode(text)), { expected: "base64" })
)

const Whole = [
  Schema.Struct({ json: Schema.Json }),
  Schema.Struct({ text: Schema.String }),
  Schema.Struct({ base64: Base64Text })
] as const

/** A whole body: a JSON value, text, or base64 for bytes that are neither. */
export const Body = Schema.Union(Whole)
/** A whole body. */
export type Body = typeof Body.Type

/** The bytes of one network read, and the milliseconds since the read before it. */
export const Piece = Schema.Union([
  Schema.Struct({ after: Millis, text: Schema.String }),
  Schema.Struct({ after: Millis, base64: Base64Text })
])
/** The bytes of one network read. */
export type Piece = typeof Piece.Type

/** A response's body: whole, or as the pieces of a stream. */
export const ResponseBody = Schema.Union([...Whole, Schema.Struct({ pieces: Schema.Array(Piece) })])
/** A response's body. */
export type ResponseBody = typeof ResponseBody.Type

/** How a body ended: completely, by a lost connection, or because the reader stopped. */
export const How = Schema.Literals(["complete", "lost", "left"])
/** How a body ended. */
export type How = typeof How.Type

/** A recorded request: the path with its query, the headers that matter and the body. */
export const CassetteRequest = Schema.Struct({
  method: Schema.String,
  path: Schema.String,
  headers: Headers,
  body: Schema.optionalKey(Body)
})
/** A recorded request. */
export type CassetteRequest = typeof CassetteRequest.Type

/**
 * A recorded response. `after` counts from the request to the head; in `end` it counts from the last piece, or from the
 * head if there is no piece.
 */
export const CassetteResponse = Schema.Struct({
  status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 999 })),
  headers: Headers,
  after: Millis,
  body: Schema.optionalKey(ResponseBody),
  end: Schema.Struct({ after: Millis, how: How })
})
/** A recorded response with its times. */
export type CassetteResponse = typeof CassetteResponse.Type

/** A recorded exchange, as a file holds it. */
export const Cassette = Schema.Struct({
  version: Schema.Literal(version),
  request: CassetteRequest,
  response: CassetteResponse
})
/** A recorded exchange. */
export type Cassette = typeof Cassette.Type

/** A cassette with the name of its file. */
export interface StoredCassette {
  readonly file: string
  readonly cassette: Cassette
}

/** The replacement of a secret. */
export const redacted = "<redacted>"
