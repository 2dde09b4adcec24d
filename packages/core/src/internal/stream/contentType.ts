import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { MistralError } from "../../MistralError.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { reasonFromEvent } from "../response/errorBody.ts"
import { describeNotJson, invalidResponse, tooLarge } from "../response/invalidResponse.ts"
import { readText } from "../response/readJson.ts"

/**
 * Fails unless a response is an event stream. Some servers send no content type or a wrong one, so then the first line of
 * the body decides.
 */
export const expectEventStream = (call: Call, response: OpenResponse): Effect.Effect<void, MistralError> => {
  const type = response.contentType
  if (type !== undefined && /^text\/event-stream\b/i.test(type)) return Effect.void
  const decoder = new TextDecoder()
  const bytesRead: Array<Uint8Array> = []
  let beginning = ""
  let size = 0
  const detect = response.body.readUntil<boolean>((bytes) => {
    if (bytes === undefined) return Effect.succeed(false)
    for (const part of bytes) {
      bytesRead.push(part)
      const text = decoder.decode(part, { stream: true })
      beginning = beginning === "" ? text.trimStart() : beginning + text
      size += text.length
    }
    const detected = beginsWithField(beginning)
    if (detected !== undefined) return Effect.succeed(detected)
    return size > call.options.maxSize ? Effect.fail(tooLarge(call, response, "body")) : undefined
  })
  return Effect.flatMap(
    Pull.catchDone(detect, () => Effect.succeed(false)),
    (isEventStream) => {
      if (isNonEmpty(bytesRead)) response.body.unread(bytesRead)
      return isEventStream
        ? Effect.void
        : Effect.flatMap(readText(call, response), (text) => Effect.fail(notEventStream(call, response, text)))
    }
  )
}

const isNonEmpty = <A>(array: ReadonlyArray<A>): array is Arr.NonEmptyReadonlyArray<A> => array.length > 0

const fields = ["data", "event", "id", "retry", ""].map((name) => `${name}:`)

/** Whether a text begins with a field of an event stream. `undefined` if it is too short to decide. */
const beginsWithField = (text: string): boolean | undefined =>
  fields.some((field) => text.startsWith(field)) || (fields.some((field) => field.startsWith(text)) ? undefined : false)

/** The error of a 200 response that is not an event stream: an error that the server reported, or another content. */
const notEventStream = (call: Call, response: OpenResponse, text: string): MistralError => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return invalidResponse(call, response, ...describeNotJson(response, text))
  }
  const reason = reasonFromEvent(
    { json, name: undefined, text },
    { status: response.status, chunks: 0, requestId: response.requestId }
  )
  return reason === undefined
    ? invalidResponse(call, response, "contentType", "JSON in place of an event stream")
    : call.error(reason)
}
