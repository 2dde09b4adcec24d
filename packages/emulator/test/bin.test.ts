import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { startProgram } from "./fixtures/program.ts"

describe("effect-mistral-emulator", () => {
  it.live("prints what to export, and answers with it", () =>
    Effect.gen(function*() {
      const { output } = yield* startProgram([
        "--port",
        "0",
        "--api-key",
        "made-up",
        "--tokens-per-second",
        "0",
        "--seed",
        "3"
      ])
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

  it.live("says which Node.js it needs where there is no SQLite", () =>
    Effect.gen(function*() {
      const { child, output } = yield* startProgram(["--port", "0"], ["--no-experimental-sqlite"])
      assert.include(output, "this Node.js is too old for that: it needs 22.16 or later")
      assert.strictEqual(child.exitCode, 1)
    }).pipe(Effect.scoped))

  it.live("fails with a sentence on a flag it does not know", () =>
    Effect.gen(function*() {
      const { output } = yield* startProgram(["--nothing"])
      assert.include(output, "--nothing")
    }).pipe(Effect.scoped))
})
