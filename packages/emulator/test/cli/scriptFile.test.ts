import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { renameSync, rmSync, writeFileSync } from "node:fs"
import { temporary } from "../cassette/cassetteSupport.ts"
import { startProgram } from "../fixtures/program.ts"

describe("a script file", () => {
  it.live(
    "is read again when it changes, and the last good rules stay while it cannot be used",
    () =>
      Effect.gen(function*() {
        const file = `${yield* temporary}/rules.json`
        const write = (text: string) =>
          Effect.sync(() => {
            // As editors do it: a new file takes the place of the old one.
            writeFileSync(`${file}.new`, text)
            renameSync(`${file}.new`, file)
          })
        const rule = (text: string) => JSON.stringify([{ when: { text: "capital" }, answer: { text } }])
        yield* write(rule("first"))
        let output = ""
        yield* startProgram(["--port", "0", "--tokens-per-second", "0", "--script", file], {
          onOutput: (text) => {
            output += text
          }
        })
        const url = /export MISTRAL_BASE_URL=(\S+)\n/.exec(output)?.[1] ?? ""
        const key = /export EMULATOR_ADMIN_KEY=(\S+)\n/.exec(output)?.[1] ?? ""
        const answer = Effect.promise(async () => {
          const response = await fetch(`${url}/v1/chat/completions`, {
            method: "POST",
            headers: { authorization: "Bearer emulator-key" },
            body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "The capital?" }] })
          })
          return response.text()
        })
        const shows = (text: string) =>
          Effect.sync(() => output).pipe(
            Effect.repeat({ until: (output) => output.includes(text), schedule: Schedule.spaced("50 millis") })
          )
        assert.include(yield* answer, "first")

        yield* write(rule("second"))
        yield* shows(`The script ${file} was read again: 1 rule.`)
        assert.include(yield* answer, "second")

        // Rules that were added outlive a change of the file.
        yield* Effect.promise(() =>
          fetch(`${url}/_emulator/rules`, {
            method: "POST",
            headers: { authorization: `Bearer ${key}` },
            body: JSON.stringify({ answer: { text: "added" }, times: 1 })
          })
        )

        yield* write("[{ \"when\": {\n \"text\": ]")
        const syntax = `The script ${file} was not taken over: The file is not JSON: Expecting value in line 2`
        yield* shows(syntax)
        assert.include(yield* answer, "added")
        assert.include(yield* answer, "second")

        yield* write("[{ \"when\": { \"txt\": \"a\" }, \"answer\": {} }]")
        yield* shows("[0][\"when\"][\"txt\"]")
        yield* Effect.sync(() => rmSync(file))
        yield* shows("The file cannot be read (NotFound)")
        assert.include(yield* answer, "second")

        yield* write(rule("third"))
        yield* Effect.repeat(answer, {
          until: (text) => text.includes("third"),
          schedule: Schedule.spaced("50 millis")
        })
        assert.strictEqual(output.split(syntax).length, 2)
      }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)),
    120_000
  )

  it.live("that cannot be used at the start is an error of the command line", () =>
    Effect.gen(function*() {
      const { child, output } = yield* startProgram(["--port", "0", "--script", "/nowhere/rules.json"])
      assert.include(output, "The file cannot be read (NotFound)")
      assert.notStrictEqual(child.exitCode, 0)
    }).pipe(Effect.scoped), 120_000)
})
