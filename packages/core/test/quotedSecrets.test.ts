/**
 * What is left of a sentence that quotes a secret, and which values are secret.
 */
import type { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { bothWays, clientOver } from "./fixtures/scriptedClient.ts"

const key = "sk/A\"b+c=0123456789"

const refusal = (body: string, headers?: Record<string, string>, status = 401) =>
  ScriptedHttpClient.bytes([body], { status, headers: { "content-type": "application/json", ...headers } })

/** The error's reason as its JSON has it, for a whole and for a streamed response. */
const reasonsOf = (answer: ScriptedHttpClient.Answer, options: MistralClient.Options) =>
  Effect.forEach(Object.values(bothWays), (call) =>
    Effect.flip(call()).pipe(
      Effect.map(({ reason }): Readonly<Record<string, unknown>> => JSON.parse(JSON.stringify(reason))),
      Effect.provide(clientOver([answer], options))
    ))

const base64 = (text: string) => Buffer.from(text).toString("base64")
const utf16 = (text: string) => Array.from(text, (char) => `\\u00${char.charCodeAt(0).toString(16)}`).join("")

describe("a sentence", () => {
  const sentences: Record<string, readonly [body: string, shown: string]> = {
    "in JSON with escaped slashes and quotes": [
      "{\"message\":\"No key sk\\/A\\\"b+c=0123456789, sorry\"}",
      "No key <redacted>, sorry"
    ],
    "in JSON with escaped letters": [
      `{"message":"No key ${utf16(key)}, sorry"}`,
      "No key <redacted>, sorry"
    ],
    "in JSON inside of JSON": [
      JSON.stringify({ message: `No key ${JSON.stringify(key).replaceAll("/", "\\/")} sorry` }),
      "No key <redacted> sorry"
    ],
    "in JSON inside of JSON, with escaped letters": [
      JSON.stringify({ message: `No key ${utf16(key)} sorry` }),
      "No key <redacted> sorry"
    ],
    "with a secret in a URL": [
      JSON.stringify({ message: `No key ${encodeURIComponent(key)} sorry` }),
      "No key <redacted> sorry"
    ],
    "with a secret twice in a URL": [
      JSON.stringify({ message: `No key ${encodeURIComponent(encodeURIComponent(key)).toLowerCase()} sorry` }),
      "No key <redacted> sorry"
    ],
    "with base64": [JSON.stringify({ message: `No ${base64(`user:${key}`)} sorry` }), "No <redacted> sorry"],
    "with base64 for URLs": [
      JSON.stringify({ message: `No ${Buffer.from(`${key}>?`).toString("base64url")} sorry` }),
      "No <redacted> sorry"
    ],
    "of plain text": [`No key ${key}, sorry`, "No key <redacted>, sorry"],
    "of a page": [`<html><title>No key ${key.replace("\"", "&#34;")} sorry</title>`, "No key <redacted> sorry"],
    "that the server cut": ["{\"message\":\"No key sk/A\\\"b+c=0...\"}", "No key <redacted>"],
    "without the key": ["{\"message\":\"No key, sorry: sk/A\"}", "No key, sorry: sk/A"],
    "with the user and the password of a URL": [
      "{\"message\":\"No proxy http://me:pw@proxy:80/ sorry\"}",
      "No proxy http://<redacted>@proxy:80/ sorry"
    ]
  }
  for (const [what, [body, shown]] of Object.entries(sentences)) {
    it.effect(`${what} is kept without the secret`, () =>
      Effect.gen(function*() {
        for (const reason of yield* reasonsOf(refusal(body), { apiKey: Redacted.make(key) })) {
          assert.strictEqual(reason["serverMessage"], shown)
        }
      }))
  }

  it.effect("that is cut in the middle of a secret does not end with half of it", () =>
    Effect.gen(function*() {
      for (let length = 480; length <= 510; length++) {
        const body = JSON.stringify({ message: `${"x".repeat(length)} ${key}` })
        for (const reason of yield* reasonsOf(refusal(body), { apiKey: Redacted.make(key) })) {
          assert.notInclude(String(reason["serverMessage"]), key.slice(0, 8))
        }
      }
    }))
})

describe("a secret", () => {
  const hidden = "0123-abcd"
  const given: Record<string, readonly [options: MistralClient.Options, isHidden: boolean]> = {
    ...Object.fromEntries(
      [
        "Authorization",
        "proxy-authorization",
        "api-key",
        "X-API-Key",
        "x-goog-api-key",
        "Ocp-Apim-Subscription-Key",
        "cookie",
        "x-auth",
        "helicone-auth",
        "x-access-token",
        "x-client-secret",
        "x-password",
        "x-amz-credential",
        "x-signature",
        "x-session",
        "x-portkey-api-key",
        "x-portkey-config"
      ].map((name) => [`in the header ${name}`, [{ headers: { [name]: hidden } }, true]])
    ),
    "in a header after a scheme": [{ headers: { "x-auth": `ApiKey ${hidden}` } }, true],
    "in a cookie of several": [{ headers: { cookie: `a=b; sid=${hidden}; c=d` } }, true],
    "as the password of a Basic header": [{ headers: { authorization: `Basic ${base64(`me:${hidden}`)}` } }, true],
    "in the query of the base URL": [{ baseUrl: `https://a.test/v1?key=${hidden}` }, true],
    "in an escaped query": [{ baseUrl: `https://a.test/v1?x=1&api-key=${hidden.replace("-", "%2d")}` }, true],
    "in a header of another name": [{ headers: { "x-tenant": hidden } }, false],
    "in a header of Portkey that names a provider": [{ headers: { "x-portkey-provider": hidden } }, false],
    "in another parameter of the query": [{ baseUrl: `https://a.test/v1?api-version=${hidden}` }, false]
  }
  for (const [where, [options, isHidden]] of Object.entries(given)) {
    it.effect(`${where} is ${isHidden ? "" : "not "}taken for one`, () =>
      Effect.gen(function*() {
        const answer = refusal(JSON.stringify({ message: `No ${hidden} !` }))
        for (const reason of yield* reasonsOf(answer, { apiKey: undefined, ...options })) {
          assert.strictEqual(reason["serverMessage"], isHidden ? "No <redacted> !" : `No ${hidden} !`)
        }
      }))
  }

  it.effect("of fewer than four characters is removed where it is a word, and texts stay readable", () =>
    Effect.gen(function*() {
      const answer = refusal(JSON.stringify({ message: "an older car, not (old) or \"old\"" }))
      for (const reason of yield* reasonsOf(answer, { apiKey: Redacted.make("old") })) {
        assert.strictEqual(reason["serverMessage"], "an older car, not <redacted> or <redacted>")
      }
    }))

  it.effect("that a page quotes is removed also where its text ends inside the secret", () =>
    Effect.gen(function*() {
      const answer = refusal("<title>No key 0123456789<abc</title>", { "content-type": "text/html" })
      for (const reason of yield* reasonsOf(answer, { apiKey: Redacted.make("0123456789<abc") })) {
        assert.strictEqual(reason["serverMessage"], "No key <redacted>")
      }
    }))

  it.effect("that is a word of this library leaves an error what it is", () =>
    Effect.gen(function*() {
      for (const word of ["json", "schema", "InvalidResponse"]) {
        for (const reason of yield* reasonsOf(refusal("{\"a\":1}", {}, 200), { apiKey: Redacted.make(word) })) {
          assert.strictEqual(reason["_tag"], "InvalidResponse")
          assert.include(["schema", "contentType"], reason["kind"])
        }
      }
    }))
})

describe("a request id", () => {
  it.effect("is shortened where it is absurdly long, and holds no secret", () =>
    Effect.gen(function*() {
      const headers = { "x-request-id": `${key} ${"x".repeat(10_000)}` }
      for (const reason of yield* reasonsOf(refusal("{}", headers), { apiKey: Redacted.make(key) })) {
        assert.isBelow(String(reason["requestId"]).length, 600)
        assert.match(String(reason["requestId"]), /^<redacted> x+\.\.\.$/)
      }
    }))
})

describe("a content type", () => {
  it.effect("that quotes a secret is shown without it", () =>
    Effect.gen(function*() {
      const answer = ScriptedHttpClient.bytes(["?"], { headers: { "content-type": `x/${key}` } })
      for (const reason of yield* reasonsOf(answer, { apiKey: Redacted.make(key) })) {
        assert.include(String(reason["description"]), "x/<redacted>")
      }
    }))
})

describe("an error of a transport", () => {
  it.effect("shows no key that ends with a full stop", () =>
    Effect.gen(function*() {
      const reasons = yield* reasonsOf(ScriptedHttpClient.connectionError(new Error("refused abc-12345.")), {
        apiKey: Redacted.make("abc-12345.")
      })
      for (const { description } of reasons) assert.strictEqual(description, "refused <redacted>")
    }))
})
