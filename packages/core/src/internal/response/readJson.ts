import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { MistralError } from "../../MistralError.ts"
import type { Call } from "../request/call.ts"
import type { JsonReader } from "../schema/jsonReader.ts"
import type { OpenResponse } from "./bodyReader.ts"
import { reasonFromEvent } from "./errorBody.ts"
import { describeNotJson, invalidResponse, tooLarge } from "./invalidResponse.ts"

/** Reads a whole response body as JSON. The value is the parsed JSON itself, repaired where it does not fit the schema. */
export const readJson = <A>(
  call: Call,
  response: OpenResponse,
  reader: JsonReader<A>
): Effect.Effect<A, MistralError> =>
  Effect.flatMap(readText(call, response), (text) => {
    let json: unknown
    if (text !== "") {
      try {
        json = JSON.parse(text)
      } catch {
        return Effect.fail(invalidResponse(call, response, ...describeNotJson(response, text)))
      }
    }
    if (reader.is(json)) return Effect.succeed(json)
    const reported = reasonFromEvent(
      { json, name: undefined, text: "" },
      { status: response.status, chunks: 0, requestId: response.requestId }
    )
    const repaired = reader.repair(json)
    if (repaired !== undefined) return Effect.succeed(repaired)
    const sentence = reported?.serverMessage === undefined
      ? ""
      : `, an error: ${reported.serverMessage}`
    return Effect.fail(
      invalidResponse(
        call,
        response,
        "schema",
        `JSON that does not fit the schema${sentence}`,
        reader.issues(json)
      )
    )
  })

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
