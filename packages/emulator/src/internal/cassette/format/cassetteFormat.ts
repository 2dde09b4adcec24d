import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The version that is written, and the only one that is read. */
export const version = 1

/** How long something took, in whole milliseconds. */
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

/** A body in one piece: a JSON value, a text, or bytes that are neither. */
export const Body = Schema.Union(Whole)
/** A body in one piece. */
export type Body = typeof Body.Type

/** What one read of the network gave, and how long after the one before it. */
export const Piece = Schema.Union([
  Schema.Struct({ after: Millis, text: Schema.String }),
  Schema.Struct({ after: Millis, base64: Base64Text })
])
/** What one read of the network gave. */
export type Piece = typeof Piece.Type

/** The body of an answer: whole, or in the pieces of a stream. */
export const ResponseBody = Schema.Union([...Whole, Schema.Struct({ pieces: Schema.Array(Piece) })])
/** The body of an answer. */
export type ResponseBody = typeof ResponseBody.Type

/** How a body ended: whole, because the connection was lost, or because the reader left. */
export const How = Schema.Literals(["complete", "lost", "left"])
/** How a body ended. */
export type How = typeof How.Type

/** What was asked: the path with its query, and the headers that matter. */
export const CassetteRequest = Schema.Struct({
  method: Schema.String,
  path: Schema.String,
  headers: Headers,
  body: Schema.optionalKey(Body)
})
/** What was asked. */
export type CassetteRequest = typeof CassetteRequest.Type

/** What was answered. `after` is from the request to the head, and in `end` from the last piece, or the head. */
export const CassetteResponse = Schema.Struct({
  status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 999 })),
  headers: Headers,
  after: Millis,
  body: Schema.optionalKey(ResponseBody),
  end: Schema.Struct({ after: Millis, how: How })
})
/** What was answered, and when. */
export type CassetteResponse = typeof CassetteResponse.Type

/** One exchange, as a file holds it. */
export const Cassette = Schema.Struct({
  version: Schema.Literal(version),
  request: CassetteRequest,
  response: CassetteResponse
})
/** One exchange. */
export type Cassette = typeof Cassette.Type

/** A cassette and the name of its file. */
export interface StoredCassette {
  readonly file: string
  readonly cassette: Cassette
}

/** What stands in place of a secret. */
export const redacted = "<redacted>"
