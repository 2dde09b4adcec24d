import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { spawn } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "cli.ts")

/** Runs the command with the emulator's URL and key. */
const start = (args: ReadonlyArray<string>, stdin = "") =>
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => {
    const child = spawn(process.execPath, ["--conditions=@effect-mistral/source", program, ...args], {
      env: { ...process.env, MISTRAL_API_KEY: Redacted.value(apiKey), MISTRAL_BASE_URL: url }
    })
    const output = { stdout: "", stderr: "" }
    child.stdout.setEncoding("utf8").on("data", (text) => output.stdout += text)
    child.stderr.setEncoding("utf8").on("data", (text) => output.stderr += text)
    child.stdin.end(stdin)
    const written = Effect.callback<void>((resume) => {
      child.stdout.once("data", () => resume(Effect.void))
    })
    const ended = Effect.callback<number | null>((resume) => {
      child.once("close", (code) => resume(Effect.succeed(code)))
    })
    return { child, ended, output, written }
  })

const run = Effect.fnUntraced(function*(args: ReadonlyArray<string>, stdin?: string) {
  const { ended, output } = yield* start(args, stdin)
  return { code: yield* ended, ...output }
})

const bodies = Effect.flatMap(
  Emulator.Emulator,
  ({ requests }) => Effect.map(requests, (all) => all.map(({ body }) => body as Record<string, unknown>))
)

/** Each command is a process of its own, which takes seconds to start on a busy machine. */
const timeout = 60_000

const fast = { timeToFirstToken: 0, tokensPerSecond: Infinity, script: [{ answer: { text: "Claude Monet did." } }] }

describe("the chat command", () => {
  it.live("writes the answer to the argument, with the model of the flag", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run(["Who painted them?", "--model", "mistral-large-latest"]), {
        code: 0,
        stdout: "Claude Monet did.\n",
        stderr: ""
      })
      const [body] = yield* bodies
      assert.deepStrictEqual(body, {
        model: "mistral-large-latest",
        messages: [{ role: "user", content: "Who painted them?" }],
        stream: true
      })
    }).pipe(Effect.provide(Emulator.layer(fast))), timeout)

  it.live("reads the prompt from standard input, and writes the whole response as JSON", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* run(["--json"], "Who painted\nthem? é")
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
      assert.strictEqual(JSON.parse(stdout).choices[0].message.content, "Claude Monet did.")
      const [body] = yield* bodies
      assert.deepStrictEqual(body?.["messages"], [{ role: "user", content: "Who painted\nthem? é" }])
    }).pipe(Effect.provide(Emulator.layer(fast))), timeout)

  it.live(
    "ends with 1 and one line on standard error if the call fails, after the text that came",
    () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(401))
        const refused = yield* run(["Who painted them?"])
        assert.strictEqual(refused.code, 1)
        assert.strictEqual(refused.stdout, "")
        assert.match(refused.stderr, /^chat: Chat\.stream \(POST \/v1\/chat\/completions\): 401 unauthorized[^\n]*\n$/)

        yield* faults.next(Fault.status(400, { body: { message: "No such\nmodel" } }))
        const broken = yield* run(["Who painted them?"])
        assert.strictEqual(broken.code, 1)
        assert.match(broken.stderr, /^chat: [^\n]*400 request refused: No such model[^\n]*\n$/)

        yield* faults.next(Fault.cut({ afterEvents: 3 }))
        const cut = yield* run(["Who painted them?"])
        assert.strictEqual(cut.code, 1)
        assert.strictEqual(cut.stdout, "Claude Monet")
        assert.match(cut.stderr, /^chat: [^\n]*connection lost after 3 chunks[^\n]*\n$/)
      }).pipe(Effect.provide(Emulator.layer(fast))),
    timeout
  )

  it.live("refuses an unknown flag before a request is sent", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* run(["--models", "x", "Hello"])
      assert.strictEqual(code, 1)
      assert.include(stderr, "--models")
      assert.deepStrictEqual(yield* bodies, [])
    }).pipe(Effect.provide(Emulator.layer(fast))), timeout)

  it.live("ends the request when it is interrupted (Ctrl-C)", () =>
    Effect.gen(function*() {
      const { active } = yield* Emulator.Emulator
      const { child, ended, output, written } = yield* start(["Who painted them?"])
      yield* written
      assert.strictEqual(yield* active, 1)
      child.kill("SIGINT")
      assert.strictEqual(yield* ended, 130)
      assert.strictEqual(output.stderr, "")
      yield* Effect.repeat(active, { until: (count) => count === 0, schedule: Schedule.spaced("5 millis") })
    }).pipe(Effect.provide(Emulator.layer({ ...fast, tokensPerSecond: 1, timeToFirstToken: 0 }))), timeout)
})
