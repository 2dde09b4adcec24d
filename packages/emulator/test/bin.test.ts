import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
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

  it.live("answers what a script in a file says, and keeps to the limits it was given", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      )
      const file = join(folder, "script.json")
      writeFileSync(file, JSON.stringify([{ when: { text: "capital" }, answer: { text: "Paris." } }]))
      const output = yield* start(["--port", "0", "--script", file, "--requests-per-minute", "9"])
      const [, url] = /export MISTRAL_BASE_URL=(\S+)\n/.exec(output) ?? []
      const [text, limit] = yield* Effect.promise(async () => {
        const response = await fetch(`${url}/v1/chat/completions`, {
          method: "POST",
          headers: { authorization: "Bearer emulator-key" },
          body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "The capital?" }] })
        })
        return [await response.text(), response.headers.get("x-ratelimit-limit-req-minute")] as const
      })
      assert.include(text, "\"content\":\"Paris.\"")
      assert.strictEqual(limit, "9")
      writeFileSync(file, "[{ \"when\": { \"txt\": \"capital\" }, \"answer\": {} }]")
      assert.include(yield* start(["--script", file]), "[0][\"when\"][\"txt\"]")
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
