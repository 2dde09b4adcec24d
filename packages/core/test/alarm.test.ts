/** One alarm serves the time limits of all calls. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { alarmOf, type Sleeper } from "../src/internal/alarm.ts"
import { BodyReader } from "../src/internal/bodyReader.ts"
import { Watch } from "../src/internal/watch.ts"

describe("alarmOf", () => {
  it.effect("tells each sleeper at its time, also after one of them has thrown", () =>
    Effect.gen(function*() {
      const alarm = yield* Effect.clockWith((clock) => Effect.succeed(alarmOf(clock)))
      const told: Array<string> = []
      const sleeper = (name: string, due: number): Sleeper => ({
        due,
        expire() {
          told.push(name)
          this.due = Infinity
          if (name === "thrower") throw new Error("cannot let go")
        }
      })
      for (
        const one of [
          sleeper("thrower", 100),
          sleeper("same time", 100),
          sleeper("later", 200),
          sleeper("never", Infinity)
        ]
      ) alarm.add(one)
      yield* TestClock.adjust(99)
      assert.deepStrictEqual(told, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(told, ["thrower", "same time"])
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(told, ["thrower", "same time", "later"])
    }))

  it.effect("wakes earlier for who comes later and is due before, and not at all for who was removed", () =>
    Effect.gen(function*() {
      const alarm = yield* Effect.clockWith((clock) => Effect.succeed(alarmOf(clock)))
      const told: Array<number> = []
      const sleeper = (due: number): Sleeper => ({
        due,
        expire() {
          this.due = Infinity
          told.push(due)
        }
      })
      const removed = sleeper(10)
      alarm.add(removed)
      alarm.add(sleeper(1000))
      alarm.add(sleeper(20))
      alarm.remove(removed)
      yield* TestClock.adjust(20)
      assert.deepStrictEqual(told, [20])
      yield* TestClock.adjust(980)
      assert.deepStrictEqual(told, [20, 1000])
    }))

  it.effect("does not tell a sleeper whose time was moved while another was told", () =>
    Effect.gen(function*() {
      const alarm = yield* Effect.clockWith((clock) => Effect.succeed(alarmOf(clock)))
      const told: Array<string> = []
      const second: Sleeper = { due: 10, expire: () => void told.push("second") }
      alarm.add({
        due: 10,
        expire() {
          this.due = Infinity
          told.push("first")
          second.due = Infinity
        }
      })
      alarm.add(second)
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(told, ["first"])
    }))
})

describe("a watch", () => {
  it.effect("times out also where what it waits for cannot be given up", () =>
    Effect.gen(function*() {
      const watch = yield* Effect.withFiber((fiber) =>
        Effect.succeed(
          new Watch({
            firstByte: Duration.seconds(1),
            idle: Duration.seconds(1),
            deadline: { at: Infinity, total: Duration.infinity },
            onTimeout: ({ phase }) => phase
          }, fiber)
        )
      )
      const body = new BodyReader(
        {
          closes: false,
          cancel: () => {},
          read: () => () => {
            throw new Error("cannot let go")
          }
        },
        watch,
        () => "idle" as const
      )
      const waiting = yield* Effect.forkChild(Effect.flip(body.readUntil(() => undefined)))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(waiting), "idle")
    }))
})
