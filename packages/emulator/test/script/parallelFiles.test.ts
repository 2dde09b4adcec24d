import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { end } from "../fixtures/program.ts"
import { instant } from "../support.ts"

const file = fileURLToPath(new URL("../fixtures/scopedTestFile.ts", import.meta.url))

describe("two test files in processes of their own", () => {
  it.live("share one emulator with other rules and faults, and never meet", () =>
    Effect.gen(function*() {
      const { rules } = yield* Emulator.Emulator
      const files = [yield* start("one"), yield* start("two")] as const
      // Both go on together from each place where they stop.
      for (const place of ["ready\n", "half\n"]) {
        for (const { until } of files) yield* until(place)
        for (const { child } of files) child.stdin?.write("go\n")
      }
      for (const { until } of files) yield* until("}\n")
      for (const [at, name, fault] of [[0, "one", "CapacityExceeded"], [1, "two", "RateLimited"]] as const) {
        const answer = `I am ${name}`
        const result = JSON.parse(files[at].output().split("\n").at(-2) ?? "") as Result
        assert.deepStrictEqual(new Set(result.before), new Set([answer]))
        assert.deepStrictEqual(
          result.after.toSorted(),
          [...Array<string>(count - 2).fill(answer), fault, fault].toSorted()
        )
        assert.strictEqual(result.streamed, answer)
        assert.strictEqual(result.hits, 2 * count - 2 + 1)
        assert.deepStrictEqual(result.seen, ["none", name])
      }
      for (const { child } of files) yield* ended(child)
      assert.deepStrictEqual((yield* rules.list).map(({ label }) => label), [])
      // Nothing is left in a scope whose file has ended.
      const { scoped } = yield* Emulator.Emulator
      assert.deepStrictEqual(yield* scoped("one").rules.list, [])
    }).pipe(Effect.scoped, Effect.provide(Emulator.layer({ ...instant, strict: true }))), 120_000)
})

/** The number of requests of each half. */
const count = 20

interface Result {
  readonly before: ReadonlyArray<string>
  readonly after: ReadonlyArray<string>
  readonly streamed: string
  readonly hits: number
  readonly seen: ReadonlyArray<string>
}

/** Starts a test file. `until` waits for a text of its output, and fails with the output if the process ends before. */
const start = Effect.fnUntraced(function*(name: string) {
  const { adminKey, apiKey, url } = yield* Emulator.Emulator
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--conditions=@effect-mistral/source", file, name, String(count)], {
        env: {
          ...process.env,
          MISTRAL_BASE_URL: url,
          MISTRAL_API_KEY: Redacted.value(apiKey),
          EMULATOR_ADMIN_KEY: Redacted.value(adminKey)
        }
      })
    ),
    (child) => end(child)
  )
  let output = ""
  const add = (bytes: Buffer) => {
    output += bytes.toString()
  }
  child.stdout.on("data", add)
  child.stderr.on("data", add)
  const until = (text: string) =>
    Effect.callback<void>((resume) => {
      const check = () => {
        if (output.includes(text)) resume(Effect.void)
        else if (child.exitCode !== null) resume(Effect.die(new Error(output)))
      }
      child.stdout.on("data", check)
      child.once("close", check)
      check()
      return Effect.sync(() => child.stdout.off("data", check))
    })
  return { child, output: () => output, until }
})

const ended = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    if (child.exitCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
  })
