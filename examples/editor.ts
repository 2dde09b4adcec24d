/**
 * Code completion while somebody types. A keystroke cancels the request of the one before it, also at the server, and a
 * request is sent after a short pause only: of many keystrokes, the last one is completed.
 *
 * Run: npm run example -- editor
 */
import { Completion, RetryPolicy } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schedule, Stream } from "effect"
import { MistralLive } from "./shared/mistral.ts"

/** The state of an editor after a keystroke. */
export interface Edit {
  readonly document: string
  readonly cursor: number
}

/** The suggestion at the cursor, which grows while the model writes it. It is empty after each keystroke. */
export const suggestions = <E, R>(edits: Stream.Stream<Edit, E, R>) =>
  edits.pipe(Stream.switchMap(({ cursor, document }) =>
    Fim.stream(
      { model: "codestral-latest", ...Fim.split(document, cursor), max_tokens: 32, stop: ["\n"] },
      // A suggestion that comes late is of no use, and the next keystroke asks anew.
      { retry: RetryPolicy.none, timeout: { total: "5 seconds" } }
    ).pipe(
      Stream.map(Completion.chunkText),
      Stream.filter((text) => text !== ""),
      Stream.onStart(Effect.sleep("100 millis")),
      Stream.scan(() => "", (suggestion, text) => suggestion + text),
      // An editor goes on without a suggestion.
      Stream.catchTag("MistralError", ({ message }) => Stream.fromEffectDrain(Effect.logWarning(message)))
    )
  ))

/** Somebody who types, with a pause of 300 ms between two keystrokes. */
const typed = (text: string) =>
  Stream.fromIterable(text).pipe(
    Stream.schedule(Schedule.spaced("300 millis")),
    Stream.scan(() => "const ", (document, key) => document + key),
    Stream.map((document): Edit => ({ document: `${document}\n`, cursor: document.length }))
  )

const program = typed("mean = sum(").pipe(
  Stream.tap(({ document, cursor }) => Console.log(`typed:     ${document.slice(0, cursor)}`)),
  suggestions,
  Stream.filter((suggestion) => suggestion !== ""),
  Stream.runForEach((suggestion) => Console.log(`suggested: ${suggestion}`))
)

if (import.meta.main) {
  program.pipe(Effect.provide(Fim.layer.pipe(Layer.provide(MistralLive))), NodeRuntime.runMain)
}
