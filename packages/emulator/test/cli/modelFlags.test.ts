import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { checkAgents, modelFlags } from "../../src/internal/cli/modelFlags.ts"
import { startProgram } from "../fixtures/program.ts"

const start = (flags: ReadonlyArray<string>) => Effect.map(startProgram(flags), ({ output }) => output)

const answer = (output: string, path: string, body: unknown) =>
  Effect.promise(async () => {
    const [, url] = /export MISTRAL_BASE_URL=(\S+)\n/.exec(output) ?? []
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { authorization: "Bearer emulator-key" },
      body: JSON.stringify(body)
    })
    return [response.status, (await response.json()).model] as const
  })

/** The values that a command line gives the flags. */
const parsed = (line: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    const values: Array<unknown> = []
    const command = Command.make("emulator", modelFlags, (flags) =>
      Effect.andThen(
        checkAgents(flags),
        Effect.sync(() => values.push(flags))
      ))
    return Effect.as(Command.runWith(command, { version: "0", renderErrors: false })(line), values)
  })

/** What the error of a command line says. */
const refusal = (line: ReadonlyArray<string>) =>
  Effect.map(
    Effect.flip(parsed(line)),
    (error) => error._tag === "ShowHelp" ? error.errors.map(({ message }) => message).join("\n") : error.message
  )

const messages = [{ role: "user", content: "Hi" }]

describe("the flags for models and agents", () => {
  it.live("add models and agents", () =>
    Effect.gen(function*() {
      const flags = [
        "--model",
        "acme",
        "--model",
        "acme-code=codestral-latest",
        "--agent",
        "ag:1=acme",
        "--agent",
        "ag:2=acme-code"
      ]
      const output = yield* start(["--port", "0", "--tokens-per-second", "0", ...flags])
      assert.deepStrictEqual(yield* answer(output, "/v1/chat/completions", { model: "acme", messages }), [200, "acme"])
      assert.deepStrictEqual(
        yield* answer(output, "/v1/fim/completions", { model: "acme-code", prompt: "def" }),
        [200, "acme-code"]
      )
      for (const [agent_id, model] of [["ag:1", "acme"], ["ag:2", "acme-code"]] as const) {
        assert.deepStrictEqual(yield* answer(output, "/v1/agents/completions", { agent_id, messages }), [200, model])
      }
      assert.strictEqual((yield* answer(output, "/v1/chat/completions", { model: "other", messages }))[0], 400)
      assert.strictEqual(
        (yield* answer(output, "/v1/agents/completions", { agent_id: "ag_emulator", messages }))[0],
        404
      )
    }).pipe(Effect.scoped))

  it.effect("accept any model, and an agent with any", () =>
    Effect.gen(function*() {
      const [flags] = yield* parsed(["--any-model", "--agent", "a=b"])
      assert.deepStrictEqual(flags, { models: {}, anyModel: true, agents: { a: "b" } })
      assert.deepStrictEqual(yield* parsed([]), [{ models: {}, anyModel: false, agents: undefined }])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("are refused with a sentence where they name no model of the emulator, or are not pairs", () =>
    Effect.gen(function*() {
      for (const value of ["acme=nothing", "=mistral-small-latest", "acme=", ""]) {
        const message = yield* refusal(["--model", value])
        assert.include(message, "NAME or NAME=LIKE, with a model of the emulator as LIKE", value)
      }
      for (const value of ["ag_1", "=mistral-small-latest", "ag_1="]) {
        assert.include(yield* refusal(["--agent", value]), "ID=MODEL", value)
      }
      assert.include(
        yield* refusal(["--agent", "ag_1=nothing"]),
        "--agent ag_1=nothing: the emulator has no model nothing; add it with --model nothing"
      )
      assert.strictEqual((yield* parsed(["--agent", "ag_1=own", "--model", "own"])).length, 1)
    }).pipe(Effect.provide(NodeServices.layer)))
})
