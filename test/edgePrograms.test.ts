/**
 * The programs of `docs/browsers-and-edge.md`: each is bundled for browsers, so that nothing of Node is in it, and run with the
 * web's own `Request` and `Response` against the emulator.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule, Stream } from "effect"
import { build, type BuildOptions } from "esbuild"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { hello } from "./runtimes/expect.ts"

const folder = dirname(fileURLToPath(import.meta.url))
const page = readFileSync(join(folder, "..", "docs", "browsers-and-edge.md"), "utf8")
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)

const request: Chat.Request = { model: "mistral-small-latest", messages: [{ role: "user", content: "Say hello" }] }

const emulator = Emulator.layer({
  timeToFirstToken: 0,
  tokensPerSecond: Infinity,
  script: [{ when: { text: "Say hello" }, answer: { text: hello } }]
})

describe("the proxy of the documentation", () => {
  const proxied = Effect.gen(function*() {
    const env = yield* environment
    const { proxy } = yield* loaded("export const proxy")
    const sent: Array<Request> = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init)
      sent.push(request.clone())
      return proxy!(request, env)
    }
    const live = Chat.layer.pipe(
      Layer.provide(MistralClient.layer({ baseUrl: "http://app.example", retry: RetryPolicy.none })),
      Layer.provide(FetchHttpClient.layer),
      Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
    )
    return { env, proxy: proxy!, live, sent }
  })

  it.live("gives a page without a key streams, request ids and typed errors", () =>
    Effect.gen(function*() {
      const { live, sent } = yield* proxied
      const { faults } = yield* Emulator.Emulator
      let requestId: string | undefined
      const onResponse = (head: { readonly requestId: string | undefined }) =>
        Effect.sync(() => {
          requestId = head.requestId
        })
      const chunks = yield* Effect.provide(Stream.runCollect(Chat.stream(request, { onResponse })), live)
      assert.strictEqual(chunks.map(Completion.chunkText).join(""), hello)
      assert.match(requestId!, /^[\da-f-]{36}$/)
      assert.deepStrictEqual(sent.map(({ headers }) => headers.get("authorization")), [null])
      yield* faults.arm({ fault: { type: "status", status: 429, retry_after: 7 } })
      const error = yield* Effect.flip(Effect.provide(Chat.complete(request), live))
      assert.deepStrictEqual([error.reason._tag, error.status], ["RateLimited", 429])
      assert.isDefined(error.retryAfter)
    }).pipe(Effect.provide(emulator)), 120_000)

  it.live("cancels the request to Mistral when the page leaves", () =>
    Effect.gen(function*() {
      const { live } = yield* proxied
      const { faults } = yield* Emulator.Emulator
      yield* faults.arm({ fault: { type: "stall", after_events: 2 } })
      yield* Effect.provide(Stream.runDrain(Stream.take(Chat.stream(request), 1)), live)
      yield* interrupted
    }).pipe(Effect.provide(emulator)), 120_000)

  it.live("forwards nothing else", () =>
    Effect.gen(function*() {
      const { env, proxy } = yield* proxied
      const { requests } = yield* Emulator.Emulator
      for (const [method, path] of [["GET", "/v1/models"], ["POST", "/v1/files"], ["GET", "/v1/chat/completions"]]) {
        const { status } = yield* Effect.promise(() =>
          proxy(new Request(`http://app.example${path}`, { method: method! }), env)
        )
        assert.strictEqual(status, 404)
      }
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(emulator)), 120_000)
})

const programs = [
  [
    "that serves Cloudflare",
    "export default { fetch: (request: Request, env: Env)",
    "/chat",
    JSON.stringify({ prompt: "Say hello" })
  ],
  ["that serves Deno Deploy, Bun and Vercel", "export const runtime = \"edge\"", "/api/write", "Say hello"]
] as const

for (const [name, part, path, body] of programs) {
  describe(`the edge program of the documentation ${name}`, () => {
    const ask = Effect.gen(function*() {
      const env = yield* environment
      const program = yield* loaded(part)
      const request = new Request(`https://edge.example${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body
      })
      return yield* Effect.promise(() => (program.POST ?? program.default!.fetch)(request, env))
    })

    it.live("streams", () =>
      Effect.gen(function*() {
        const response = yield* ask
        assert.strictEqual(response.status, 200)
        const text = yield* Effect.promise(() => response.text())
        const pieces = [...text.matchAll(/^event: text\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data!))
        assert.strictEqual(path === "/chat" ? pieces.join("") : text, hello)
        if (path === "/chat") assert.match(text, /event: done\ndata: \{\}\n\n$/)
      }).pipe(Effect.provide(emulator)), 120_000)

    it.live("has an error status where the call fails before its first chunk", () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.arm({ fault: { type: "status", status: 422 } })
        const response = yield* ask
        assert.strictEqual(response.status, 502)
        assert.match(yield* Effect.promise(() => response.text()), /validation|Validation/)
      }).pipe(Effect.provide(emulator)), 120_000)

    it.live("cancels the request to Mistral when its reader leaves", () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.arm({ fault: { type: "stall", after_events: 2 } })
        const response = yield* ask
        const reader = response.body!.getReader()
        yield* Effect.promise(() => reader.read())
        yield* Effect.promise(() => reader.cancel())
        yield* interrupted
      }).pipe(Effect.provide(emulator)), 120_000)
  })
}

describe("a CommonJS program", () => {
  const program = `
const { Chat } = require("@effect-mistral/chat")
const { Completion, FetchHttpClient, MistralClient } = require("@effect-mistral/core")
const { Effect, Layer, Stream } = require("effect")
const live = Chat.layer.pipe(Layer.provide(MistralClient.layerConfig()), Layer.provide(FetchHttpClient.layer))
Chat.stream(${JSON.stringify(request)}).pipe(
  Stream.runForEach((chunk) => Effect.sync(() => process.stdout.write(Completion.chunkText(chunk)))),
  Effect.provide(live),
  Effect.runPromise
)`
  const run = (code: string) =>
    Effect.flatMap(environment, (env) =>
      Effect.promise(() => {
        const program = promisify(execFile)(
          process.execPath,
          ["--conditions=@effect-mistral/source", "--input-type=commonjs"],
          { cwd: folder, env: { ...process.env, ...env } }
        )
        // A bundle is too long for an argument.
        program.child.stdin?.end(code)
        return program
      }))

  it.live("requires the packages", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run(program)).stdout, hello)
    }).pipe(Effect.provide(emulator)), 120_000)

  it.live("is bundled as CommonJS with the packages in it", () =>
    Effect.gen(function*() {
      const code = yield* bundled(program, { format: "cjs", platform: "node" })
      assert.notInclude(code, "require(\"@effect-mistral")
      assert.strictEqual((yield* run(code)).stdout, hello)
    }).pipe(Effect.provide(emulator)), 120_000)
})

/** What a program of the page exports. */
interface Program {
  readonly default?: { readonly fetch: (request: Request, env: object) => Promise<Response> }
  readonly POST?: (request: Request) => Promise<Response>
  readonly proxy?: (request: Request, env: object) => Promise<Response>
}

const bundled = (contents: string, options: BuildOptions) =>
  Effect.promise(async () => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: folder, loader: "ts" },
      bundle: true,
      write: false,
      minify: true,
      target: "es2023",
      conditions: ["@effect-mistral/source"],
      logLevel: "error",
      ...options
    })
    return outputFiles![0]!.text
  })

/** Bundles the program of the page that has a part of code, and loads it anew, with the environment that it reads. */
const loaded = Effect.fnUntraced(function*(part: string) {
  const found = blocks.filter((block) => block.includes(part))
  assert.strictEqual(found.length, 1, part)
  const code = yield* bundled(found[0]!, { format: "esm", platform: "browser" })
  const env = yield* environment
  Object.assign(process.env, env)
  // Another text each time, so that it is another module.
  const url = `data:text/javascript;base64,${Buffer.from(`${code}\n// ${env.MISTRAL_BASE_URL}`).toString("base64")}`
  // The cast is safe: the tests call what they know the programs to export.
  return (yield* Effect.promise(() => import(/* @vite-ignore */ url))) as Program
})

const environment = Effect.map(Emulator.Emulator, ({ apiKey, url }) => ({
  MISTRAL_API_KEY: Redacted.value(apiKey),
  MISTRAL_BASE_URL: url
}))

/** Asserts that the emulator has one request, and that its reader has left it. */
const interrupted = Effect.gen(function*() {
  const { active, requests } = yield* Emulator.Emulator
  yield* Effect.repeat(active, {
    schedule: Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 200 })),
    until: (active) => active === 0
  })
  assert.deepStrictEqual((yield* requests).map(({ interrupted }) => interrupted), [true])
})
