/**
 * Headers and base URLs that cannot be sent: they are named, their values are not shown, and nothing is sent.
 */
import type { MistralClient } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { bothWays, clientOver, goodResponse, requests } from "./fixtures/scriptedClient.ts"
import { shownTexts } from "./fixtures/shownTexts.ts"

const hidden = "hidden-0123"

/** Header values of any kind, as a program without types may give them. */
const untyped = (value: unknown): string => value as string

const headers: Record<string, Readonly<Record<string, string>>> = {
  "with a line break": { "X-Bad": `a\r\nx-injected: ${hidden}` },
  "with a line feed": { "X-Bad": `${hidden}\n` },
  "with NUL": { "X-Bad": `${hidden}\0` },
  "with another control character": { "X-Bad": `${hidden}\x7f` },
  "outside of Latin-1": { "X-Bad": `${hidden}\u2026` },
  "with half a character": { "X-Bad": `${hidden}\ud83d` },
  "that is a number": { "X-Bad": untyped(5) },
  "that is undefined": { "X-Bad": untyped(undefined) },
  "that is null": { "X-Bad": untyped(null) },
  "that is a list": { "X-Bad": untyped([hidden]) },
  "that is a redacted value": { "X-Bad": untyped(Redacted.make(hidden)) },
  "whose name is secret": { "X-Api-Key": `${hidden}\n` },
  "with a space in its name": { "X Bad": hidden },
  "with a colon in its name": { "X-Bad:": hidden },
  "with a line break in its name": { "X-Bad\r\n": hidden },
  "with a letter in its name that no header has": { "X-Bäd": hidden },
  "without a name": { "": hidden }
}

describe("a header", () => {
  for (const [what, one] of Object.entries(headers)) {
    it.effect(`${what} is an invalid request`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(bothWays)) {
          const options = { headers: one }
          const { reason } = yield* Effect.flip(call(options))
          assert.isTrue(reason._tag === "InvalidRequest", reason._tag)
          assert.deepStrictEqual("issues" in reason && reason.issues.map(({ path }) => path), [
            ["headers", Object.keys(one)[0]!]
          ])
          for (const text of Object.values(yield* shownTexts(call(options)))) assert.notInclude(text, hidden)
        }
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(clientOver(goodResponse))))
  }

  it.effect("of the client, the name of the program, and the header of the key are checked too", () =>
    Effect.gen(function*() {
      const wrong: ReadonlyArray<readonly [MistralClient.Options, string]> = [
        [{ headers: { "x-a": "\n" } }, "x-a"],
        [{ userAgent: "a\nb" }, "user-agent"],
        [{ apiKeyHeader: "api key" }, "api key"]
      ]
      for (const [options, name] of wrong) {
        const { reason } = yield* Effect.flip(bothWays.whole()).pipe(Effect.provide(clientOver(goodResponse, options)))
        assert.deepStrictEqual("issues" in reason && reason.issues[0]?.path, ["headers", name])
      }
    }))

  it.effect("of Latin-1, with tabs or without a value is sent as it is", () =>
    Effect.gen(function*() {
      const good = { "x-a": "é ÿ", "x-b": "a\tb", "x-c": "", "X!#$%&'*+.^_`|~-9": "!" }
      yield* bothWays.whole({ headers: good })
      const [request] = yield* requests
      for (const [name, value] of Object.entries(good)) assert.strictEqual(request?.headers[name.toLowerCase()], value)
    }).pipe(Effect.provide(clientOver(goodResponse))))
})

describe("a base URL", () => {
  const urls = [
    `https://user:${hidden}@api.test/v1`,
    `https://${hidden}@api.test`,
    `https://:${hidden}@api.test:8080/v1?a=b`,
    ` HTTPS://user:${hidden}%40x@api.test `.toLowerCase(),
    `http://us/er:${hidden}@`.replace("/er", ":er"),
    `not a url ${hidden}`,
    `ftp://user:${hidden}@api.test`
  ]
  for (const baseUrl of urls) {
    it.effect(`${JSON.stringify(baseUrl)} is an invalid request that does not show it`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(bothWays)) {
          const { reason } = yield* Effect.flip(call({ baseUrl }))
          assert.deepStrictEqual("issues" in reason && reason.issues[0]?.path, ["baseUrl"])
          for (const text of Object.values(yield* shownTexts(call({ baseUrl })))) assert.notInclude(text, hidden)
        }
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(clientOver(goodResponse))))
  }

  it.effect("may have an `@` in its path or in its query", () =>
    Effect.gen(function*() {
      yield* bothWays.whole({ baseUrl: "https://api.test/@me/v1?to=a@b" })
      assert.strictEqual((yield* requests)[0]?.url.startsWith("https://api.test/@me"), true)
    }).pipe(Effect.provide(clientOver(goodResponse))))
})
