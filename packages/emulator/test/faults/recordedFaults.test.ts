/** Which completions with a fault are stored as events: those that were sent, whatever happened on their way. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { speak } from "../server/rawSocket.ts"
import { ask, local, settled } from "../support.ts"

const cases: ReadonlyArray<readonly [name: string, fault: Fault.Fault, whole: boolean | undefined, stream: boolean]> = [
  ["another status", Fault.status(503), false, false],
  ["a reset", Fault.reset, false, false],
  ["no answer at all", Fault.cut(), false, false],
  ["a cut at the beginning", Fault.cut({ afterBytes: 20 }), true, false],
  ["a cut between events", Fault.cut({ afterEvents: 2 }), undefined, false],
  ["a cut at the very end", Fault.cut({ afterBytes: 1_000_000 }), true, true],
  ["a cut character", Fault.cutCharacter, true, false],
  ["an error in the stream", Fault.errorEvent(), undefined, false],
  ["an event that is none", Fault.garbageEvent(), undefined, true],
  ["a missing [DONE]", Fault.missingDone, undefined, true],
  ["a missing finish reason", Fault.missingFinishReason, true, true],
  ["another content type", Fault.contentType(), true, true],
  ["a delay", Fault.delay("20 millis"), true, true]
]

describe("an answer is observed, or not, with", () => {
  for (const [name, fault, ...observed] of cases) {
    for (const [at, expected] of observed.entries()) {
      if (expected === undefined) continue
      it.live(`${name}: ${at === 0 ? "whole" : "a stream"}, ${expected ? "observed" : "not observed"}`, () =>
        Effect.gen(function*() {
          const { faults, requests } = yield* Emulator.Emulator
          yield* faults.next(fault)
          // The connection ends with the response, unless a fault ends it before.
          const body = { ...ask("Hi", { max_tokens: 5 }), stream: at === 1 }
          yield* speak({ body, headers: { connection: "close" } })
          yield* settled
          assert.deepStrictEqual((yield* requests)[0]?.fault, fault)
          const found = yield* ChatCompletionEvents.searchIds({ search_params: { filters: null } })
          assert.lengthOf(found.completion_event_ids, expected ? 1 : 0)
        }).pipe(Effect.scoped, Effect.provide(local()), Effect.timeout("5 seconds")))
    }
  }
})
