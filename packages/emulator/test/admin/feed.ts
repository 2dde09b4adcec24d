/** Reads the feed of a running emulator as its page does. */
import { Emulator } from "@effect-mistral/emulator"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { makeSseParser } from "../../page/sse.js"

interface Events {
  readonly requests: { readonly requests: ReadonlyArray<{ readonly path: string }> }
  readonly request: { readonly request: { readonly id: string; readonly path: string; readonly streamed: boolean } }
  readonly body: { readonly id: string; readonly text: string }
  readonly state: {
    readonly faults: ReadonlyArray<unknown>
    readonly rules: ReadonlyArray<{ readonly label: string; readonly hits: number }>
  }
}

/** Opens the feed until the scope closes. The function waits for the next event of a type, and skips those before it. */
export const openFeed = Effect.gen(function*() {
  const { adminKey, url } = yield* Emulator.Emulator
  const controller = yield* Effect.acquireRelease(
    Effect.sync(() => new AbortController()),
    (controller) => Effect.sync(() => controller.abort())
  )
  const response = yield* Effect.promise(() =>
    fetch(`${url}/_emulator/feed`, {
      signal: controller.signal,
      headers: { authorization: `Bearer ${Redacted.value(adminKey)}` }
    })
  )
  const events: Array<{ readonly type: string }> = []
  const parse = makeSseParser((data) => events.push(JSON.parse(data)))
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  return <Type extends keyof Events>(type: Type): Effect.Effect<Events[Type]> =>
    Effect.promise(async () => {
      for (;;) {
        for (let event = events.shift(); event !== undefined; event = events.shift()) {
          // The cast is safe: the emulator writes the events of each type in this form, as the assertions show.
          if (event.type === type) return event as unknown as Events[Type]
        }
        const { done, value } = await reader.read()
        if (done) throw new Error("The feed ended")
        parse(value)
      }
    })
})
