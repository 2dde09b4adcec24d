import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
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

  it.live("fails with a sentence on a flag it does not know", () =>
    Effect.gen(function*() {
      const output = yield* start(["--nothing"])
      assert.include(output, "--nothing")
    }).pipe(Effect.scoped))
})

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url))

/** Starts the program and gives what it printed once it is up, or has ended. It ends with the scope. */
const start = (flags: ReadonlyArray<string>) =>
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
        if (output.includes("Ctrl-C")) resume(Effect.succeed(output))
      }
      child.stdout.on("data", more)
      child.stderr.on("data", more)
      child.once("exit", () => resume(Effect.succeed(output)))
    })
  })
