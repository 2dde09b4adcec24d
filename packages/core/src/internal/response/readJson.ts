import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { MistralError } from "../../MistralError.ts"
import type { Call } from "../request/call.ts"
import type { SchemaValidator } from "../schema/schemaValidator.ts"
import type { OpenResponse } from "./bodyReader.ts"
import { reasonFromEvent } from "./errorBody.ts"
import { describeNotJson, invalidResponse } from "./invalidResponse.ts"

/** Reads a whole response body as JSON and validates it. The value is the parsed JSON itself. */
export const readJson = <A>(
  call: Call,
  response: OpenResponse,
  validator: SchemaValidator<A>
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
    if (validator.is(json)) return Effect.succeed(json)
    const reported = reasonFromEvent(
      { json, name: undefined, text: "" },
      { status: response.status, chunks: 0, requestId: response.requestId }
    )
    const sentence = reported?.serverMessage === undefined
      ? ""
      : `, an error: ${reported.serverMessage}`
    return Effect.fail(
      invalidResponse(
        call,
        response,
        "schema",
        `JSON that does not fit the schema${sentence}`,
        validator.issues(json)
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
          ? Effect.fail(
            invalidResponse(call, response, "tooLarge", `a body of more than ${call.options.maxSize} characters`)
          )
          : undefined
      }),
      () => Effect.succeed("")
    )
  })
