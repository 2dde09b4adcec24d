import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { Endpoint } from "../../Endpoint.ts"
import type { MistralError, MistralErrorReason } from "../../MistralError.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import { carriesError } from "../error/carriesError.ts"
import { parseJson } from "../json/parseJson.ts"
import type { Call } from "../request/call.ts"
import type { JsonReader } from "../schema/jsonReader.ts"
import type { OpenResponse } from "./bodyReader.ts"
import { reportedChoice, reportedReason, reportsError, type ResponseHead } from "./errorBody.ts"
import { describeNotJson, invalidResponse, tooLarge } from "./invalidResponse.ts"

/**
 * Reads a whole response body as JSON. The value is the parsed JSON itself, repaired where it does not fit the schema.
 *
 * *Details*: JSON that reports an error fails with the reason of that error. `failedChoice` is given where a model runs: an
 * error then counts even beside a value that fits the schema.
 */
export const readJson = <A>(
  call: Call,
  response: OpenResponse,
  reader: JsonReader<A>,
  failedChoice: Endpoint<never, unknown>["failedChoice"]
): Effect.Effect<A, MistralError> =>
  Effect.flatMap(readText(call, response), (text) => {
    const json = parseJson(text)
    if (json === undefined && text !== "") {
      return Effect.fail(invalidResponse(call, response, ...describeNotJson(response, text)))
    }
    const read = interpretJson(json, reader, failedChoice)
    if ("value" in read) return Effect.succeed(read.value)
    return "reason" in read
      ? failWith(call, response, read.reason)
      : Effect.fail(invalidResponse(call, response, "schema", notOfSchema, read.issues))
  })

export const notOfSchema = "JSON that does not fit the schema"

/** What the JSON of a response means: its value, the reason of the error that it reports, or the places that do not fit. */
export type Interpreted<A> =
  | { readonly value: A }
  | { readonly reason: (head: ResponseHead) => MistralErrorReason }
  | { readonly issues: ReadonlyArray<Issue> }

/** Interprets the JSON of a response with a good status. */
export const interpretJson = <A>(
  json: unknown,
  reader: JsonReader<A>,
  failedChoice: Endpoint<never, unknown>["failedChoice"]
): Interpreted<A> => {
  const read = (value: A): Interpreted<A> => {
    const failed = failedChoice?.(value)
    return failed === undefined ? { value } : { reason: (head) => reportedChoice(failed, head) }
  }
  if (reader.is(json) && !(failedChoice !== undefined && carriesError(json))) return read(json)
  if (reportsError(json)) return { reason: (head) => reportedReason(json, head) }
  const repaired = reader.repair(json)
  return repaired === undefined ? { issues: reader.issues(json) } : read(repaired)
}

/** Fails with a reason that depends on the head of the response. */
export const failWith = (
  call: Call,
  response: OpenResponse,
  reason: (head: ResponseHead) => MistralErrorReason
): Effect.Effect<never, MistralError> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Effect.fail(call.error(reason({ status: response.status, headers: response.headers(), now })))
  )

/** Reads a whole response body as text, up to `maxSize` characters. */
export const readText = (call: Call, response: OpenResponse): Effect.Effect<string, MistralError> =>
  Effect.suspend(() => {
    const decoder = new TextDecoder()
    const parts: Array<string> = []
    let size = 0
    return Pull.catchDone(
      response.body.readUntil<string>((bytes) => {
        if (bytes === undefined) {
          parts.push(decoder.decode())
          return Effect.succeed(parts.join(""))
        }
        for (const part of bytes) {
          const text = decoder.decode(part, { stream: true })
          size += text.length
          parts.push(text)
        }
        return size > call.options.maxSize
          ? Effect.fail(tooLarge(call, response, "body"))
          : undefined
      }),
      () => Effect.succeed("")
    )
  })
