import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { MistralError } from "../../MistralError.ts"
import { parseJson } from "../json/parseJson.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { reportedReason, reportsError } from "../response/errorBody.ts"
import { describeNotJson, invalidResponse, tooLarge } from "../response/invalidResponse.ts"
import { failWith, readText } from "../response/readJson.ts"

/**
 * Fails unless a response is an event stream. Some servers send no content type or a wrong one, so then the first line of
 * the body decides.
 */
export const expectEventStream = (call: Call, response: OpenResponse): Effect.Effect<void, MistralError> => {
  const type = response.contentType
  const accept = response.unstreamed === true
    ? Effect.fail(invalidResponse(call, response, "notStreamed", unstreamedResponse))
    : Effect.void
  if (type !== undefined && /^text\/event-stream\b/i.test(type)) return accept
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
        ? accept
        : Effect.flatMap(readText(call, response), (text) => notEventStream(call, response, text))
    }
  )
}

const unstreamedResponse = "this fetch cannot stream: provide one that can as FetchHttpClient.Fetch, such as expo/fetch"

const isNonEmpty = <A>(array: ReadonlyArray<A>): array is Arr.NonEmptyReadonlyArray<A> => array.length > 0

/** Whether a text begins with a field of an event stream. `undefined` if it is too short to decide. */
const beginsWithField = (text: string): boolean | undefined =>
  /^(?:data|event|id|retry|error)?:/.test(text) || (/^[a-z]{0,5}$/.test(text) ? undefined : false)

/**
 * Fails with the error that a 200 response reports, or because it is not an event stream. Servers that do not know `stream`
 * respond with the whole completion: it is read as the one event of a stream.
 */
const notEventStream = (call: Call, response: OpenResponse, text: string): Effect.Effect<void, MistralError> => {
  const json = parseJson(text)
  if (json === undefined) return Effect.fail(invalidResponse(call, response, ...describeNotJson(response, text)))
  if (reportsError(json)) return failWith(call, response, (head) => reportedReason(json, head))
  const { choices }: { readonly choices?: unknown } = Object(json)
  return Array.isArray(choices) && choices.length > 0
    ? Effect.sync(() =>
      response.body.unread([new TextEncoder().encode(`data: ${text.replace(/[\r\n]/g, " ")}\n\ndata: [DONE]\n\n`)])
    )
    : Effect.fail(invalidResponse(call, response, "contentType", "JSON in place of an event stream"))
}
