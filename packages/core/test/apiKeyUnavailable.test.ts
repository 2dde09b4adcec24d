/**
 * An effect that fails to yield the key: the call says why, without anything that looks like a secret, and is retried for
 * every operation, because nothing was sent.
 */
import { type MistralClient, RetryPolicy, VertexAi } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Data, Effect, Redacted, Schema } from "effect"
import { HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import { clientOver, complete, everyWay, goodResponse, modelList, requests, within } from "./fixtures/scriptedClient.ts"
import { shownTexts } from "./fixtures/shownTexts.ts"

const good = (request: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer =>
  request.body === undefined ? ScriptedHttpClient.json(modelList) : goodResponse(request)

class VaultError extends Data.TaggedError("VaultError")<{ readonly message: string; readonly cause?: unknown }> {}

class Sealed extends Data.TaggedError("Sealed") {}

const withCode = (message: string, code: string | number) => Object.assign(new Error(message), { code })

const tokenRequest = HttpClientRequest.post("https://user:pw@oauth2.googleapis.com/token?client_secret=hunter")

const descriptions: Readonly<Record<string, readonly [error: unknown, description: string]>> = {
  "a refused connection": [
    new TypeError("fetch failed", { cause: withCode("connect ECONNREFUSED 169.254.169.254:80", "ECONNREFUSED") }),
    "fetch failed: connect ECONNREFUSED 169.254.169.254:80"
  ],
  "a name that was not found": [
    withCode("getaddrinfo failed for metadata.google.internal", "ENOTFOUND"),
    "getaddrinfo failed for metadata.google.internal (ENOTFOUND)"
  ],
  "an OAuth error": [
    Object.assign(new Error("Request failed with status code 400"), {
      status: 400,
      response: { status: 400, data: { error: "invalid_grant", error_description: "x" } }
    }),
    "Request failed with status code 400 (invalid_grant)"
  ],
  "a status": [Object.assign(new Error("no token"), { statusCode: 503 }), "no token (503)"],
  "a tagged error": [new VaultError({ message: "sealed", cause: new Sealed() }), "VaultError: sealed: Sealed"],
  "a tagged error without a message": [new Sealed(), "Sealed"],
  "an object with a tag": [{ _tag: "NoToken" }, "NoToken"],
  "a text": ["down", "down"],
  "nothing": [undefined, "no details"],
  "an error of HttpClient": [
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.StatusCodeError({
        request: tokenRequest,
        response: HttpClientResponse.fromWeb(tokenRequest, new Response(null, { status: 503 })),
        description: "non 2xx status code"
      })
    }),
    "HttpClientError: StatusCode: non 2xx status code (503 POST https://<redacted>@oauth2.googleapis.com/token<redacted>)"
  ],
  "an error of HttpClient's transport": [
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request: tokenRequest, cause: withCode("reset", "ECONNRESET") })
    }),
    "HttpClientError: Transport error (POST https://<redacted>@oauth2.googleapis.com/token<redacted>): reset (ECONNRESET)"
  ],
  "a URL": [
    new Error("POST https://me:pw@europe-west4-aiplatform.googleapis.com:443/token?key=abc&x=y failed"),
    "POST https://<redacted>@europe-west4-aiplatform.googleapis.com:443/token<redacted> failed"
  ],
  "a sentence in another language": [new Error("Clé refusée, désolé."), "Clé refusée, désolé."],
  "a token that has expired": [new Error("Token has been expired or revoked."), "Token has been expired or revoked."],
  "a long text": [new Error("no ".repeat(200)), `${"no ".repeat(100)}...`]
}

/** Errors that quote a secret, which no text may show. */
const quoting = (secret: string): ReadonlyArray<unknown> => [
  new Error(`wrong key ${secret}`),
  new Error(`client_secret=${secret}&grant_type=x`),
  new Error(`{"client_secret":"${secret}","a":1}`),
  new Error(JSON.stringify({ text: JSON.stringify({ clientSecret: secret }) })),
  new Error(`Authorization: Bearer ${secret}`),
  new Error(`authorization: Basic ${btoa(`user:${secret}`)}`),
  new Error(`https://user:${secret}@host.test/ failed`),
  new Error(`https://host.test/?x=${secret} failed`),
  new Error(`password is ${secret}`),
  new Error("no", { cause: { message: `x-api-key: '${secret}'` } }),
  new VaultError({ message: "no", cause: `token ${secret}` }),
  withCode(`no`, secret),
  secret,
  { _tag: secret },
  { message: "no", response: { status: 400, data: { error: secret } } },
  new Error(`-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`)
]

const secrets = [
  "sk-never-to-be-seen-0123456789",
  "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "AKIAIOSFODNN7EXAMPLE",
  "ya29.a0AfH6SMBxyz123",
  "deadbeefdeadbeefdeadbeefdeadbeef",
  "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
  "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  "sk-a-secret-key",
  "secret-of-monet",
  "my-access-token"
]

describe("an effect that fails to yield the key", () => {
  for (const [what, [error, description]] of Object.entries(descriptions)) {
    it.effect(`with ${what} says: ${description.slice(0, 80)}`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(everyWay)) {
          const failed = yield* Effect.flip(call())
          assert.deepStrictEqual(
            failed.reason._tag === "ApiKeyUnavailable" ? failed.reason.description : failed.reason,
            description
          )
          assert.isTrue(failed.isRetryable)
        }
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(clientOver(good, { apiKey: Effect.fail(error) }))))
  }

  it.effect("because of the configuration names the variable", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(complete())
      assert.isTrue(reason._tag === "ApiKeyUnavailable")
      assert.include(reason.message, "MISTRAL_TOKEN")
    }).pipe(
      Effect.provide(clientOver(good, {
        apiKey: Effect.gen(function*() {
          return yield* Config.Redacted("MISTRAL_TOKEN")
        })
      })),
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown({}))
    ))

  for (const secret of secrets) {
    it.effect(`shows no ${secret.slice(0, 8)}...`, () =>
      Effect.gen(function*() {
        for (const error of quoting(secret)) {
          for (const call of Object.values(everyWay)) {
            const shown = yield* shownTexts(call()).pipe(
              Effect.provide(clientOver(good, { apiKey: Effect.fail(error) }))
            )
            for (const [place, text] of Object.entries(shown)) {
              for (const part of [secret, ...secret.split(/[/.-]/).filter((part) => part.length > 7)]) {
                assert.notInclude(text, part, place)
              }
            }
          }
        }
      }))
  }

  it.effect.prop(
    "shows no random word of letters and digits",
    [
      Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 61 }))).check(
        Schema.isMinLength(16),
        Schema.isMaxLength(64)
      )
    ],
    ([codes]) =>
      Effect.gen(function*() {
        const secret = codes.map((code) => alphabet[code]).join("")
        // Sixteen letters in a row may be a word.
        if (!/\d/.test(secret) || !/[A-Za-z]/.test(secret)) return
        for (const error of quoting(secret)) {
          const { reason } = yield* Effect.flip(complete()).pipe(
            Effect.provide(clientOver(good, { apiKey: Effect.fail(error) }))
          )
          assert.notInclude(JSON.stringify(reason), secret)
        }
      }),
    { arbitrary: { runs: 200 } }
  )

  for (const [way, call] of Object.entries(everyWay)) {
    it.effect(`is run again by the policy, and nothing is sent meanwhile (${way})`, () => {
      let runs = 0
      return Effect.gen(function*() {
        yield* within(call(), "1 minute")
        assert.strictEqual(runs, 3)
        assert.deepStrictEqual((yield* requests).map(({ headers }) => headers.authorization), ["Bearer key"])
      }).pipe(Effect.provide(clientOver(good, {
        apiKey: Effect.suspend(() =>
          ++runs < 3 ? Effect.fail(new Error("down")) : Effect.succeed(Redacted.make("key"))
        ),
        retry: RetryPolicy.defaultPolicy
      })))
    })

    it.effect(`fails the call once the policy gives up, or at once without retries (${way})`, () => {
      let runs = 0
      const options: MistralClient.Options = {
        apiKey: Effect.suspend(() => Effect.fail(new Error(`down ${++runs}`))),
        retry: RetryPolicy.defaultPolicy
      }
      return Effect.gen(function*() {
        const error = yield* within(Effect.flip(call()), "1 minute")
        assert.strictEqual(error.reason._tag, "ApiKeyUnavailable")
        assert.strictEqual(runs, 5)
        yield* Effect.flip(call({ retry: RetryPolicy.none }))
        assert.strictEqual(runs, 6)
      }).pipe(Effect.provide(clientOver(good, options)))
    })

    it.effect(`with a defect is an invalid request that does not say why, and is not retried (${way})`, () => {
      let runs = 0
      return Effect.gen(function*() {
        const error = yield* Effect.flip(call())
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.notInclude(JSON.stringify(error), "hunter")
        assert.strictEqual(runs, 1)
      }).pipe(Effect.provide(clientOver(good, {
        apiKey: Effect.suspend(() => Effect.die(new Error(`hunter ${++runs}`))),
        retry: RetryPolicy.defaultPolicy
      })))
    })
  }
})

describe("VertexAi.fromGoogleAuth", () => {
  it.effect("says why there is no token, itself and in the call, without a secret", () =>
    Effect.gen(function*() {
      const error = Object.assign(new Error("https://me:pw@oauth2.googleapis.com: secret=abc"), {
        response: { status: 400, data: { error: "invalid_grant" } }
      })
      const apiKey = VertexAi.fromGoogleAuth({ getAccessToken: () => Promise.reject(error) })
      const failed = yield* Effect.flip(apiKey)
      const why =
        "google-auth-library gave no access token (https://<redacted>@oauth2.googleapis.com: secret=<redacted> (400, invalid_grant))"
      assert.strictEqual(failed.message, why)
      assert.strictEqual(failed.cause, undefined)
      const { reason } = yield* Effect.flip(complete()).pipe(Effect.provide(clientOver(good, { apiKey })))
      assert.strictEqual(reason._tag === "ApiKeyUnavailable" && reason.description, why)
    }))
})

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
