/** The emulator in this runtime: as a Layer over a socket, in memory, and as a program. */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { Effect, Layer } from "effect"
import { spawn } from "node:child_process"
import { request } from "./calls.ts"
import { hello } from "./expect.ts"
import { check, same } from "./outcome.ts"

const program = "node_modules/@effect-mistral/emulator/dist/bin.js"

const denoFlags = ["run", "--allow-all", "--node-modules-dir=manual"]

const script = [{ when: { text: "Say hello" }, answer: { text: hello } }]

const texts = Effect.gen(function*() {
  const whole = yield* Chat.complete(request)
  const streamed = yield* Completion.collect(Chat.stream(request))
  return [Completion.text(whole), Completion.text(streamed)]
})

/** Starts the program, reads where it listens, sends it a request, and stops it. */
const runProgram = async () => {
  const args = [..."Deno" in globalThis ? denoFlags : [], program, "--port", "0"]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
  let [output, errors] = ["", ""]
  child.stderr.on("data", (data: Uint8Array) => errors += data)
  const url = await new Promise<string | undefined>((resolve) => {
    child.stdout.on("data", (data: Uint8Array) => {
      output += data
      const found = /MISTRAL_BASE_URL=(\S+)/.exec(output)?.[1]
      if (found !== undefined && output.includes("EMULATOR_ADMIN_KEY")) resolve(found)
    })
    child.on("close", () => resolve(undefined))
  })
  if (url === undefined) return { code: child.exitCode, output, errors }
  const key = /MISTRAL_API_KEY=(\S+)/.exec(output)?.[1]
  const { status } = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  const closed = new Promise((resolve) => child.on("close", resolve))
  child.kill("SIGINT")
  await closed
  return { status, errors }
}

const layers = async () => {
  // Imported only where it can be.
  const { Emulator } = await import("@effect-mistral/emulator")
  const options = { script, timeToFirstToken: 0, tokensPerSecond: Infinity }
  const client = Layer.unwrap(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url }))
  )
  return {
    "the emulator as a Layer": client.pipe(
      Layer.provide(Emulator.layer(options)),
      Layer.provide(FetchHttpClient.layer)
    ),
    "the emulator in memory": Emulator.layerTest(options)
  }
}

/** Runs the checks, or finds the sentence with which the program says that this runtime is too old. */
export const emulator = async (): Promise<void> => {
  let runs = true
  await check("the emulator as a program", async () => {
    const { code, errors, output, status } = await runProgram()
    // Node 22 warns that SQLite is an experimental feature.
    const sentences = errors.split("\n").filter((line) =>
      line !== "" && !/ExperimentalWarning|trace-warnings/.test(line)
    )
    if (status !== undefined) return same([status, sentences], [200, []], "status and errors")
    runs = false
    if (!/^The emulator needs Node\.js 22\.19( or later|, or 24 or later), and this is [\d.]+\n$/.test(errors)) {
      throw new Error(errors)
    }
    same([code, output], [1, ""], "exit code and output")
    return `${errors.trim()}.`
  })
  if (!runs) return
  for (const [name, layer] of Object.entries(await layers())) {
    await check(name, async () => {
      const live = Chat.layer.pipe(Layer.provide(layer))
      same(await Effect.runPromise(Effect.provide(texts, live)), [hello, hello], "texts")
    })
  }
}
