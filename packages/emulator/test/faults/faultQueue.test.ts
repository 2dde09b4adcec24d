import { Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeFaultQueue } from "../../src/internal/faults/faultQueue.ts"
import { faultTarget } from "../../src/internal/faults/faultTarget.ts"

const request = faultTarget({ method: "GET", path: "/v1/models", body: undefined })

describe("a fault that is put back", () => {
  it.effect("is the next one again, with the times it had", () =>
    Effect.gen(function*() {
      const queue = makeFaultQueue(0)
      yield* queue.next(Fault.reset, { times: 2 })
      yield* queue.next(Fault.status(500))
      const first = yield* queue.take(request)
      const second = yield* queue.take(request)
      assert.deepStrictEqual((yield* queue.armed).map(({ fault }) => fault.type), ["status"])
      yield* second!.putBack
      yield* first!.putBack
      assert.deepStrictEqual((yield* queue.armed).map(({ fault, times }) => [fault.type, times]), [
        ["reset", 2],
        ["status", 1]
      ])
    }))

  it.effect("does not come back after all were cleared", () =>
    Effect.gen(function*() {
      const queue = makeFaultQueue(0)
      yield* queue.next(Fault.reset)
      const taken = yield* queue.take(request)
      yield* queue.clear
      yield* taken!.putBack
      assert.deepStrictEqual(yield* queue.armed, [])
      assert.isUndefined(yield* queue.take(request))
    }))
})
