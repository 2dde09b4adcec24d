/** What web pages of other origins can read of an emulator, in Chromium. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { instant, local } from "../../packages/emulator/test/support.ts"
import { hasChromium, layerChromium, newPage } from "./chromium.ts"

/** A page of another origin on this machine: another port is another origin. */
const foreignPage = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<p>foreign</p>"))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return server
  }),
  (server) => Effect.sync(() => server.close())
).pipe(Effect.map((server) => {
  // The cast is safe: the server listens on a port.
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}))

/** What a script of a page reads by a request, or that it reads nothing. */
const read = (url: string, init: RequestInit = {}) =>
  fetch(url, init).then(
    async (response) =>
      `${response.status} ${response.headers.get("mistral-correlation-id") !== null} ${await response.text()}`,
    (error: Error) => error.name
  )

/** Runs requests in a page: one that a browser sends at once, two with a preflight before them, and two for the page. */
const readAll = Effect.fnUntraced(function*(origin: string) {
  const { adminKey, apiKey, url } = yield* Emulator.Emulator
  const { page } = yield* newPage()
  const authorized = (key: Redacted.Redacted<string>) => ({
    headers: { authorization: `Bearer ${Redacted.value(key)}` }
  })
  const body = { model: "mistral-small-latest", messages: [{ role: "user", content: "Hello" }] }
  const requests = [
    [`${url}/v1/models`],
    [`${url}/v1/models`, authorized(apiKey)],
    [`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { ...authorized(apiKey).headers, "content-type": "application/json" }
    }],
    [`${url}/_emulator/requests`, authorized(adminKey)],
    [`${url}/_emulator/`]
  ]
  return yield* Effect.promise(async () => {
    await page.goto(origin)
    const results: Array<string> = []
    for (const [url, init] of requests) {
      results.push(await page.evaluate(`(${read})(${JSON.stringify(url)}, ${JSON.stringify(init ?? {})})`) as string)
    }
    return results
  })
})

const describeIf = hasChromium ? describe : describe.skip

describeIf("a web page of another origin", () => {
  layer(layerChromium)((it) => {
    it.effect("reads nothing, even with the keys", () =>
      Effect.gen(function*() {
        const { requests } = yield* Emulator.Emulator
        assert.deepStrictEqual(yield* readAll(yield* foreignPage), Array(5).fill("TypeError"))
        assert.deepStrictEqual(yield* requests, [], "nothing it sent was handled")
      }).pipe(Effect.provide(local())))

    it.effect("reads responses and their request ids if its origin is allowed, but needs the keys", () =>
      Effect.gen(function*() {
        const origin = yield* foreignPage
        const [withoutKey, models, completion, requests, page] = yield* Effect.provide(
          readAll(origin),
          Emulator.layer({ ...instant, cors: [origin] })
        )
        assert.match(withoutKey!, /^401 true .*Unauthorized/)
        assert.match(models!, /^200 true .*mistral-small-latest/)
        assert.match(completion!, /^200 true .*"choices"/)
        assert.match(requests!, /^200 false .*"requests"/)
        assert.match(page!, /^200 false <!doctype html>/)
      }))

    it.effect("reads nothing if another origin is allowed", () =>
      Effect.gen(function*() {
        const allowed = yield* foreignPage
        const other = yield* foreignPage
        assert.deepStrictEqual(
          yield* Effect.provide(readAll(other), Emulator.layer({ ...instant, cors: [allowed] })),
          Array(5).fill("TypeError")
        )
      }))

    it.effect("reads nothing under a name that leads to this machine, although it has the origin of the emulator", () =>
      Effect.gen(function*() {
        const { apiKey, port } = yield* Emulator.Emulator
        const { page } = yield* newPage()
        const response = yield* Effect.promise(() => page.goto(`http://rebound.example:${port}/v1/models`))
        assert.strictEqual(response?.status(), 403)
        const text = yield* Effect.promise(() =>
          page.evaluate(
            `(${read})("/v1/models", { headers: { authorization: "Bearer ${Redacted.value(apiKey)}" } })`
          )
        )
        assert.match(String(text), /^403 false .*rebound\.example/)
        assert.notInclude(String(text), "mistral-small-latest")
      }).pipe(Effect.provide(local())))
  })
})
