import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

describe("effect-mistral-emulator", () => {
  it.live("prints what to export, and answers with it", () =>
    Effect.gen(function*() {
      const output = yield* start(["--port", "0", "--api-key", "made-up", "--tokens-per-second", "0", "--seed", "3"])
      const [, url] = /export MISTRAL_BASE_URL=(http:\/\/127\.0\.0\.1:\d+)\n/.exec(output) ?? []
      assert.isDefined(url)
      assert.include(output, "export MISTRAL_API_KEY=made-up\n")
      const status = (key: string) =>
        Effect.promise(async () =>
          (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status
        )
      assert.strictEqual(yield* status("made-up"), 200)
      assert.strictEqual(yield* status("emulator-key"), 401)
    }).pipe(Effect.scoped))

  it.live("prints a line for each request when told to, without the key", () =>
    Effect.gen(function*() {
      const flags = ["--port", "0", "--time-to-first-token", "0", "--jitter", "0.5", "--verbosity", "requests"]
      let printed = ""
      const output = yield* start(flags, (text) => {
        printed += text
      })
      const [, url] = /export MISTRAL_BASE_URL=(http:\/\/127\.0\.0\.1:\d+)\n/.exec(output) ?? []
      yield* Effect.promise(() => fetch(`${url}/v1/models`, { headers: { authorization: "Bearer emulator-key" } }))
      yield* Effect.sync(() => printed).pipe(
        Effect.repeat({ until: (text) => text.includes(" ms"), schedule: Schedule.spaced("10 millis") })
      )
      const lines = printed.slice(printed.indexOf("Ctrl-C ends it.\n")).trim().split("\n").slice(1)
      assert.deepStrictEqual(lines.map((line) => line.replace(/\d+ ms$/, "0 ms")), ["GET /v1/models 200 0 ms"])
    }).pipe(Effect.scoped))

  it.live("fails with a sentence on a flag it does not know", () =>
    Effect.gen(function*() {
      const output = yield* start(["--nothing"])
      assert.include(output, "--nothing")
    }).pipe(Effect.scoped))
})

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url))

/** Starts the program and gives what it printed once it is up, or has ended. It ends with the scope. */
const start = (flags: ReadonlyArray<string>, onOutput: (text: string) => void = () => {}) =>
  Effect.gen(function*() {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(process.execPath, ["--conditions=@effect-mistral/source", bin, ...flags])),
      (child) =>
        Effect.callback<void>((resume) => {
          if (child.exitCode !== null) return resume(Effect.void)
          child.once("exit", () => resume(Effect.void))
          child.kill()
        })
    )
    return yield* Effect.callback<string>((resume) => {
      let output = ""
      const more = (bytes: Buffer) => {
        output += bytes.toString()
        onOutput(bytes.toString())
        if (output.includes("Ctrl-C")) resume(Effect.succeed(output))
      }
      child.stdout.on("data", more)
      child.stderr.on("data", more)
      child.once("exit", () => resume(Effect.succeed(output)))
    })
  })
