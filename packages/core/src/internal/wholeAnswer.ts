import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { MistralError } from "../MistralError.ts"
import * as Reason from "../MistralErrorReason.ts"
import type { Opened } from "./attempt.ts"
import type { Call } from "./call.ts"
import { reasonFromEvent } from "./errorBody.ts"
import type { SchemaDecoder } from "./schemaDecoder.ts"

/** Reads an answer to its end and checks that it is the JSON asked for. The value is the parsed JSON itself. */
export const readWhole = <A>(
  call: Call,
  opened: Opened,
  decoder: SchemaDecoder<A>
): Effect.Effect<A, MistralError> =>
  Effect.flatMap(readText(call, opened), (text) => {
    let json: unknown
    if (text !== "") {
      try {
        json = JSON.parse(text)
      } catch {
        return Effect.fail(invalid(call, opened, ...notJson(opened, text)))
      }
    }
    if (decoder.is(json)) return Effect.succeed(json)
    const reported = reasonFromEvent(
      { json, name: undefined, text: "" },
      { status: opened.status, chunks: 0, requestId: opened.requestId }
    )
    const said = reported?.serverMessage === undefined ? "" : `, an error: ${opened.scrub(reported.serverMessage)}`
    return Effect.fail(
      invalid(call, opened, "schema", `JSON that does not fit the schema${said}`, decoder.explain(json))
    )
  })

/** Reads an answer to its end as text. */
export const readText = (call: Call, opened: Opened): Effect.Effect<string, MistralError> =>
  Effect.suspend(() => {
    const decoder = new TextDecoder()
    const pieces: Array<string> = []
    let size = 0
    return Pull.catchDone(
      opened.body.readUntil<string>((bytes) => {
        if (bytes === undefined) {
          pieces.push(decoder.decode())
          return Effect.succeed(pieces.join(""))
        }
        for (const piece of bytes) {
          const text = decoder.decode(piece, { stream: true })
          size += text.length
          pieces.push(text)
        }
        return size > call.options.maxSize
          ? Effect.fail(invalid(call, opened, "tooLarge", `an answer of more than ${call.options.maxSize} characters`))
          : undefined
      }),
      () => Effect.succeed("")
    )
  })

/** An answer that cannot be used. */
export const invalid = (
  call: Call,
  opened: Pick<Opened, "status" | "requestId">,
  kind: Reason.InvalidResponse["kind"],
  description: string,
  issues: ReadonlyArray<Reason.Issue> = []
): MistralError =>
  call.fail(
    new Reason.InvalidResponse({
      kind,
      status: opened.status,
      description,
      issues,
      chunks: call.progress.chunks,
      requestId: opened.requestId
    })
  )

/** What a text is that was to be JSON. */
export const notJson = (
  opened: Pick<Opened, "contentType">,
  text: string
): [kind: "contentType" | "json", description: string] => {
  const type = opened.contentType
  if (/^\s*</.test(text) || (type !== undefined && /\bhtml\b/i.test(type))) return ["contentType", "an HTML page"]
  return type === undefined || /\bjson\b|event-stream/i.test(type)
    ? ["json", text.trim() === "" ? "an empty body" : "text that is no JSON"]
    : ["contentType", `content of type ${type.split(";")[0]}`]
}
