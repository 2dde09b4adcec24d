/** The files of the page, and the part of the admin API that only the page uses. */
import { version } from "@effect-mistral/core/version"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { readdirSync, readFileSync } from "node:fs"
import { ask, local, post, raw } from "../support.ts"
import { openFeed } from "./feed.ts"

const folder = new URL("../../page/", import.meta.url)

const withoutKey = { headers: { authorization: "" } }

describe("the page", () => {
  it.effect("is served without a key, with all its files, under a policy that allows only them", () =>
    Effect.gen(function*() {
      const paths = ["", ...readdirSync(folder).filter((file) => file !== "index.html").map((file) => `page/${file}`)]
      assert.isAtLeast(paths.length, 10)
      for (const path of paths) {
        const { headers, status, text } = yield* raw(`/_emulator/${path}`, withoutKey)
        assert.strictEqual(status, 200, path)
        assert.strictEqual(text, readFileSync(new URL(path.replace("page/", "") || "index.html", folder), "utf8"))
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
        assert.strictEqual(headers.get("cache-control"), "no-store")
        const policy = headers.get("content-security-policy")?.split("; ") ?? []
        assert.include(policy, "default-src 'none'")
        assert.include(policy, "script-src 'self'")
        assert.include(policy, "frame-ancestors 'none'")
        assert.notInclude(policy.join(), "unsafe")
      }
    }).pipe(Effect.provide(local())))

  it.effect("has no script, style or listener in its HTML, and nothing from elsewhere", () =>
    Effect.sync(() => {
      const html = readFileSync(new URL("index.html", folder), "utf8")
      assert.notMatch(html, /\son\w+=|\sstyle=|<style|<script(?![^>]*\ssrc=)|https?:|\/\//)
    }))

  it.effect("is found without the slash, and nothing else is served from its folder", () =>
    Effect.gen(function*() {
      const bare = yield* raw("/_emulator", { redirect: "manual" })
      assert.deepStrictEqual([bare.status, bare.headers.get("location")], [308, "/_emulator/"])
      for (const path of ["page/../package.json", "page/%2e%2e/package.json", "page/", "page/none.js"]) {
        assert.notStrictEqual((yield* raw(`/_emulator/${path}`)).status, 200, path)
      }
    }).pipe(Effect.provide(local())))

  it.effect("shows nothing without the admin key", () =>
    Effect.gen(function*() {
      const { apiKey } = yield* Emulator.Emulator
      yield* post(ask("Hello"))
      for (const path of ["info", "feed", "request?id=1", "event?id=1", "requests", "faults", "rules"]) {
        for (const key of ["", `Bearer ${Redacted.value(apiKey)}`]) {
          const { status, text } = yield* raw(`/_emulator/${path}`, { headers: { authorization: key } })
          assert.deepStrictEqual([status, text], [401, "{\"detail\":\"Unauthorized\"}"], path)
        }
      }
      const search = yield* raw("/_emulator/events/search", { method: "POST", body: "{}", ...withoutKey })
      assert.strictEqual(search.status, 401)
    }).pipe(Effect.provide(local())))
})

describe("the info", () => {
  it.effect("has the version and the key of the API", () =>
    Effect.gen(function*() {
      const { apiKey } = yield* Emulator.Emulator
      const { json } = yield* raw("/_emulator/info")
      assert.deepStrictEqual(json, { version, apiKey: Redacted.value(apiKey) })
    }).pipe(Effect.provide(local())))
})

describe("the feed", () => {
  it.effect("begins with the requests that are kept, and follows those that come", () =>
    Effect.gen(function*() {
      yield* post(ask("Hello"))
      const next = yield* openFeed
      const first = yield* next("requests")
      assert.deepStrictEqual(first.requests.map(({ path }) => path), ["/v1/chat/completions"])
      yield* post({ ...ask("my prompt"), stream: true })
      const { request } = yield* next("request")
      assert.isTrue(request.streamed)
      assert.strictEqual(request.path, "/v1/chat/completions")
      // The text of the answer comes in pieces, the bodies and headers of requests do not come.
      let body = ""
      while (!body.includes("[DONE]")) body += (yield* next("body")).text
      assert.match(body, /^data: \{/)
      assert.notInclude(JSON.stringify([first, request]), "my prompt")
      const whole = yield* raw(`/_emulator/request?id=${request.id}`)
      assert.include(whole.text, "my prompt")
      assert.strictEqual((yield* raw("/_emulator/request?id=none")).status, 404)
    }).pipe(Effect.provide(local())))

  it.effect("has the armed faults and the rules with their hits, whenever they differ", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const next = yield* openFeed
      const first = yield* next("state")
      assert.deepStrictEqual(first.faults, [])
      assert.deepStrictEqual(first.rules.map(({ hits, label }) => [label, hits]), [["greeting", 0]])
      yield* faults.next(Fault.status(503))
      // No request comes, but the fault is shown.
      assert.deepStrictEqual((yield* next("state")).faults, [{ fault: { type: "status", status: 503 }, times: 1 }])
      yield* post(ask("Good morning"))
      assert.deepStrictEqual((yield* next("state")).faults, [])
      yield* post(ask("Good morning"))
      assert.deepStrictEqual((yield* next("state")).rules.map(({ hits }) => hits), [1])
    }).pipe(Effect.provide(local({
      timeToFirstToken: 0,
      tokensPerSecond: Infinity,
      script: [{ name: "greeting", when: { text: "morning" }, answer: { text: "Hello." } }]
    }))))

  it.effect("does not keep an emulator from stopping", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const emulator = yield* Layer.buildWithScope(Emulator.layer(), scope)
      const next = yield* Effect.provide(openFeed, emulator)
      yield* next("requests")
      yield* Scope.close(scope, Exit.void)
      const end = yield* Effect.exit(next("requests"))
      assert.isTrue(Exit.isFailure(end))
    }))
})

describe("the search for events", () => {
  it.effect("takes the filters of the observability API, in pages, and is no request of a client", () =>
    Effect.gen(function*() {
      const { addEvents, requests } = yield* Emulator.Emulator
      const ids = yield* addEvents(Array.from({ length: 60 }, (_, at) => ({
        model_name: at === 7 ? "seven" : "other",
        response_messages: [{ role: "assistant", content: `answer ${at}` }]
      })))
      const search = (body: unknown) => raw("/_emulator/events/search", { method: "POST", body: JSON.stringify(body) })
      const all = (yield* search({ filters: null })).json as Page
      const rest = (yield* search({ filters: null, cursor: all.cursor })).json as Page
      assert.deepStrictEqual([all.results.length, rest.results.length, rest.cursor], [50, 10, null])
      const seven = (yield* search({ filters: { field: "model_name", op: "eq", value: "seven" } })).json as Page
      assert.deepStrictEqual(seven.results.map(({ event_id }) => event_id), [ids[7]])
      const event = yield* raw(`/_emulator/event?id=${ids[7]}`)
      assert.include(event.text, "answer 7")
      assert.strictEqual((yield* raw("/_emulator/event?id=none")).status, 404)
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(local())))

  it.effect("says what is wrong with a search", () =>
    Effect.gen(function*() {
      const search = (body: string) => raw("/_emulator/events/search", { method: "POST", body })
      assert.strictEqual((yield* search("{")).status, 422)
      const excess = yield* search("{\"filters\":null,\"more\":1}")
      assert.deepStrictEqual([excess.status, /more/.test(excess.text)], [400, true])
      const field = yield* search("{\"filters\":{\"field\":\"nothing\",\"op\":\"eq\",\"value\":1}}")
      assert.deepStrictEqual([field.status, /nothing/.test(field.text)], [400, true])
    }).pipe(Effect.provide(local())))
})

interface Page {
  readonly results: ReadonlyArray<{ readonly event_id: string }>
  readonly cursor: string | null
}
