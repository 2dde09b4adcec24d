/** CORS in Chromium: what the client needs of a server that pages call, and what a program learns where that is missing. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { hello } from "../runtimes/expect.ts"
import { hasChromium, layerChromium, newPage } from "./chromium.ts"
import { emulated, listening, openSite, runIn, Site } from "./client/site.ts"

const script = [
  { when: { text: "Say hello" }, answer: { text: hello } },
  { when: { text: "Who painted it?" }, answer: { text: "{\"name\":\"Claude Monet\",\"born\":1840}" } }
]

const emulator = (cors: ReadonlyArray<string>) =>
  Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: 100, cors, script })

/** What a server says about CORS, in its preflights and in its other responses. */
interface Policy {
  readonly preflight: Readonly<Record<string, string>>
  readonly response: Readonly<Record<string, string>>
}

/** A server in front of the emulator with a policy of its own. It keeps the headers that preflights ask for. */
const behind = Effect.fnUntraced(function*({ preflight, response: own }: Policy) {
  const { url } = yield* Emulator.Emulator
  const asked = new Set<string>()
  const address = yield* listening((request, response) => {
    if (request.method === "OPTIONS") {
      asked.add(
        `${request.headers["access-control-request-method"]} ${request.headers["access-control-request-headers"]}`
      )
      return response.writeHead(204, preflight).end()
    }
    const forward = async () => {
      const chunks: Array<Uint8Array> = []
      for await (const chunk of request) chunks.push(chunk)
      const { authorization = "", "content-type": contentType = "" } = request.headers
      const answer = await fetch(`${url}${request.url}`, {
        method: request.method ?? "GET",
        headers: { authorization, "content-type": contentType },
        body: Buffer.concat(chunks)
      })
      const headers = Object.fromEntries([...answer.headers].filter(([name]) => !name.startsWith("access-control-")))
      response.writeHead(answer.status, { ...headers, ...own })
      for await (const chunk of answer.body ?? []) response.write(chunk)
      response.end()
    }
    forward().catch((error: Error) => response.destroy(error))
    return response
  })
  return { asked, address }
})

/** The names of headers that a page sends for the client, and may read for it. */
const needed: Policy = {
  preflight: { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization, content-type" },
  response: { "access-control-allow-origin": "*" }
}

const opened = Effect.gen(function*() {
  const { complaints, page } = yield* newPage()
  yield* openSite(page)
  return { complaints, page }
})

const describeIf = hasChromium ? describe : describe.skip

describeIf("the client in a page of another origin than the server", () => {
  layer(Layer.merge(layerChromium, Site.layer), { timeout: "1 minute", excludeTestServices: true })((it) => {
    it.effect("is refused by a typed error that names CORS, where the server does not allow the origin", () =>
      Effect.gen(function*() {
        const { page } = yield* opened
        const refused = Object(yield* runIn(page, "page", "a failed call", yield* emulated))
        assert.deepInclude(refused, { tag: "ConnectionFailed", status: undefined, isRetryable: true })
        assert.match(refused.message, /CORS: the server must allow the origin/)
      }).pipe(Effect.provide(emulator([]))))

    it.effect("needs only the two request headers authorization and content-type, as Mistral's API allows", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* opened
        const { address, asked } = yield* behind(needed)
        const server = { ...yield* emulated, url: address }
        for (const place of ["page", "worker", "serviceWorker"] as const) {
          const { rateLimits, requestId, texts } = Object(
            yield* runIn(page, place, "a stream with its response", server)
          )
          // A response without `access-control-expose-headers`, as Mistral's are: the page reads the body, but not these headers.
          assert.deepStrictEqual([texts.join(""), requestId, rateLimits], [hello, undefined, []])
        }
        assert.deepStrictEqual(yield* runIn(page, "page", "an object of a page", server), {
          name: "Claude Monet",
          born: 1840
        })
        assert.deepStrictEqual([...asked], ["POST authorization,content-type"])
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(emulator([]))))

    it.effect("reads the request id and the rate limits where the server exposes their headers", () =>
      Effect.gen(function*() {
        const { page } = yield* opened
        const { address } = yield* behind({
          ...needed,
          response: {
            ...needed.response,
            "access-control-expose-headers": "mistral-correlation-id, x-ratelimit-limit-req-minute"
          }
        })
        const { rateLimits, requestId } = Object(
          yield* runIn(page, "page", "a stream with its response", { ...yield* emulated, url: address })
        )
        assert.match(requestId, /^[\da-f-]{36}$/)
        assert.deepStrictEqual(rateLimits, ["x-ratelimit-limit-req-minute"])
      }).pipe(Effect.provide(Emulator.layer({ timeToFirstToken: 0, requestsPerMinute: 100, script }))))

    for (const missing of ["authorization", "content-type"]) {
      it.effect(`is refused where a preflight does not allow ${missing}`, () =>
        Effect.gen(function*() {
          const { page } = yield* opened
          const allowed = ["authorization", "content-type"].filter((name) => name !== missing).join()
          const { address } = yield* behind({
            ...needed,
            preflight: { ...needed.preflight, "access-control-allow-headers": allowed }
          })
          const refused = Object(yield* runIn(page, "page", "a failed call", { ...yield* emulated, url: address }))
          assert.strictEqual(refused.tag, "ConnectionFailed")
          const { requests } = yield* Emulator.Emulator
          assert.deepStrictEqual(yield* requests, [], "nothing was sent")
        }).pipe(Effect.provide(emulator([]))))
    }

    it.effect("does not follow a redirect, which would take the key to another host", () =>
      Effect.gen(function*() {
        const { page } = yield* opened
        const { url } = yield* emulated
        const address = yield* listening((request, response) =>
          request.method === "OPTIONS"
            ? response.writeHead(204, needed.preflight).end()
            : response.writeHead(307, { ...needed.response, location: `${url}${request.url}` }).end()
        )
        const refused = Object(yield* runIn(page, "page", "a failed call", { ...yield* emulated, url: address }))
        assert.deepInclude(refused, { tag: "BadRequest", isRetryable: false })
        assert.match(refused.message, /redirect/)
        const { requests } = yield* Emulator.Emulator
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(emulator([]))))
  })
})
