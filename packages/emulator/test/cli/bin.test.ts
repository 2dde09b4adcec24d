import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { existsSync, writeFileSync } from "node:fs"
import { temporary } from "../cassette/cassetteSupport.ts"
import { startProgram } from "../fixtures/program.ts"

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

  for (const [flags, padded] of [[[], true], [["--no-padding"], false]] as const) {
    it.live(`${padded ? "pads" : "does not pad"} streamed chunks with ${flags.join(" ") || "no flag"}`, () =>
      Effect.gen(function*() {
        const output = yield* start(["--port", "0", "--tokens-per-second", "0", ...flags])
        const text = yield* Effect.promise(async () =>
          (await fetch(`${urlIn(output)}/v1/chat/completions`, {
            method: "POST",
            headers: { authorization: "Bearer emulator-key" },
            body: JSON.stringify({
              model: "mistral-small-latest",
              messages: [{ role: "user", content: "Hi" }],
              stream: true
            })
          })).text()
        )
        assert.strictEqual(text.includes(",\"p\":\"a"), padded)
      }).pipe(Effect.scoped))
  }

  it.live("answers what a script in a file says, and keeps to the limits it was given", () =>
    Effect.gen(function*() {
      const file = `${yield* temporary}/script.json`
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
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.live("runs batch jobs as fast as its flags say", () =>
    Effect.gen(function*() {
      const flags = ["--batch-queue-time", "100", "--batch-requests-per-second", "50"]
      const url = urlIn(yield* start(["--port", "0", ...flags]))
      const headers = { authorization: "Bearer emulator-key", "content-type": "application/json" }
      const { completed_at, created_at, started_at } = yield* Effect.promise(async () => {
        const messages = [{ role: "user", content: "Hi" }]
        const created = await fetch(`${url}/v1/batch/jobs`, {
          method: "POST",
          headers,
          body: JSON.stringify({
            endpoint: "/v1/chat/completions",
            model: "mistral-small-latest",
            requests: Array.from({ length: 100 }, () => ({ body: { max_tokens: 1, messages } }))
          })
        })
        const { id, status } = await created.json()
        assert.strictEqual(status, "QUEUED")
        for (;;) {
          const job = await (await fetch(`${url}/v1/batch/jobs/${id}`, { headers })).json()
          if (job.completed_at !== null) return job
        }
      })
      assert.isAtLeast(started_at, created_at)
      // The times are whole seconds.
      assert.isAtLeast(completed_at - started_at, 1)
      assert.include(yield* start(["--batch-queue-time", "-1"]), "a number of at least 0")
    }).pipe(Effect.scoped))

  it.live("records what a server answers, and answers from the recording without it", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const record = Effect.scoped(Effect.gen(function*() {
        const upstream = yield* start(["--port", "0", "--tokens-per-second", "0"])
        const output = yield* start(["--port", "0", "--upstream", urlIn(upstream), "--record", directory])
        assert.include(output, `Requests are forwarded to ${urlIn(upstream)}.\nClients must send that server's key.\n`)
        assert.include(output, `Forwarded exchanges are recorded in ${directory}.\n`)
        assert.notInclude(output, "MISTRAL_API_KEY")
        return yield* answer(`${urlIn(output)}/v1/models/codestral-latest`)
      }))
      const recorded = yield* record
      assert.include(recorded, "codestral-latest")
      const output = yield* start(["--port", "0", "--replay", directory, "--replay-speed", "0"])
      assert.include(output, `Responses come from the cassettes in ${directory}.\nOther requests are refused.\n`)
      assert.strictEqual(yield* answer(`${urlIn(output)}/v1/models/codestral-latest`), recorded)
      assert.include(yield* answer(`${urlIn(output)}/v1/models`), "cassette_not_found")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.live("fails with a sentence on flags of recording that do not fit together, and on cassettes it cannot read", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* start(["--record", "somewhere"]), "--record needs --upstream: set both\n")
      assert.strictEqual(yield* start(["--on-miss", "answer"]), "--on-miss needs --replay: set both\n")
      assert.strictEqual(yield* start(["--upstream", "elsewhere"]), "--upstream needs an http or https URL\n")
      const directory = yield* temporary
      const output = yield* start(["--port", "0", "--replay", `${directory}/nowhere`])
      assert.include(output, `${directory}/nowhere: it does not exist`)
      assert.notInclude(output, " at ")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

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
      const lines = printed.slice(printed.indexOf("Press Ctrl-C to stop.\n")).trim().split("\n").slice(1)
      assert.deepStrictEqual(lines.map((line) => line.replace(/\d+ ms$/, "0 ms")), ["GET /v1/models 200 0 ms"])
    }).pipe(Effect.scoped))

  it.live("fails with a sentence where it cannot listen", () =>
    Effect.gen(function*() {
      const { port } = new URL(urlIn(yield* start(["--port", "0"])))
      const { child, output } = yield* startProgram(["--port", port])
      assert.include(
        output,
        `The emulator cannot listen on its address: listen EADDRINUSE: address already in use 127.0.0.1:${port}`
      )
      assert.include(output, "Use another --port, or 0 for a free one.\n")
      assert.notInclude(output, "    at ")
      assert.strictEqual(child.exitCode, 1)
    }).pipe(Effect.scoped))

  it.live("ends at once when it is told to, with an answer on its way and the database closed", () =>
    Effect.gen(function*() {
      const database = `${yield* temporary}/events.db`
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const { child, output } = yield* startProgram([
          "--port",
          "0",
          "--time-to-first-token",
          "60000",
          "--admin-key",
          "emulator-key",
          "--database",
          database
        ])
        yield* Effect.forkScoped(
          Effect.exit(Effect.tryPromise((abort) =>
            fetch(`${urlIn(output)}/v1/chat/completions`, {
              method: "POST",
              headers: { authorization: "Bearer emulator-key" },
              body: JSON.stringify({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }),
              signal: abort
            })
          ))
        )
        yield* answer(`${urlIn(output)}/_emulator/requests`).pipe(
          Effect.repeat({ until: (text) => text.includes("completions"), schedule: Schedule.spaced("5 millis") })
        )
        assert.isTrue(existsSync(`${database}-wal`))
        const began = Date.now()
        const code = yield* Effect.callback<number | null>((resume) => {
          child.once("exit", (code) => resume(Effect.succeed(code)))
          child.kill(signal)
        })
        assert.strictEqual(code, signal === "SIGINT" ? 130 : 143)
        assert.isBelow(Date.now() - began, 5000)
        // An open database has a write-ahead log beside it.
        assert.isFalse(existsSync(`${database}-wal`))
      }
    }).pipe(Effect.provide(NodeFileSystem.layer), Effect.scoped))
})

/** The URL that a started program listens on. */
const urlIn = (output: string): string => / listens on (\S+)\n/.exec(output)?.[1] ?? ""

const answer = (url: string): Effect.Effect<string> =>
  Effect.promise(async () => (await fetch(url, { headers: { authorization: "Bearer emulator-key" } })).text())

/** Starts the program and gives its output once it listens or has ended. It is stopped with the scope. */
const start = (flags: ReadonlyArray<string>, onOutput: (text: string) => void = () => {}) =>
  Effect.map(startProgram(flags, { onOutput }), ({ output }) => output)
