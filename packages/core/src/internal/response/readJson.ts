import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { MistralError, MistralErrorReason } from "../../MistralError.ts"
import type { Call } from "../request/call.ts"
import type { SchemaValidator } from "../schema/schemaValidator.ts"
import type { OpenResponse } from "./bodyReader.ts"
import { carriesError, reportedChoice, reportedReason, type ResponseHead } from "./errorBody.ts"
import { describeNotJson, invalidReason, invalidResponse } from "./invalidResponse.ts"

/**
 * Reads a whole response body as JSON and validates it. The value is the parsed JSON itself.
 *
 * *Details*: JSON that reports an error fails with the reason of that error. `failedChoice` is given where a model runs: an
 * error then counts even beside a value that fits the schema.
 */
export const readJson = <A>(
  call: Call,
  response: OpenResponse,
  validator: SchemaValidator<A>,
  failedChoice?: (value: A) => number | undefined
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
    if (validator.is(json) && !(failedChoice !== undefined && carriesError(json))) {
      const choice = failedChoice?.(json)
      return choice === undefined
        ? Effect.succeed(json)
        : failWith(call, response, (head) => reportedChoice(json, choice, head))
    }
    return failWith(call, response, (head) =>
      reportedReason(json, head) ??
        invalidReason(call, response, "schema", "JSON that does not fit the schema", validator.issues(json)))
  })

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
          ? Effect.fail(
            invalidResponse(call, response, "tooLarge", `a body of more than ${call.options.maxSize} characters`)
          )
          : undefined
      }),
      () => Effect.succeed("")
    )
  })
