/**
 * Property: whatever a secret is made of, and wherever and however a server or a transport quotes it, nothing shows it.
 */
import type { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { forms, holds, jsonSource, type Pick } from "./fixtures/escapings.ts"
import { bothWays, clientOver } from "./fixtures/scriptedClient.ts"
import { event } from "./fixtures/scriptedServer.ts"
import { shownTexts } from "./fixtures/shownTexts.ts"

const character = Schema.Int.check(Schema.isBetween({ minimum: 0x21, maximum: 0x7e }))
const secretText = Schema.Array(character).check(Schema.isMinLength(8), Schema.isMaxLength(60))
const choices = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })))
  .check(Schema.isMinLength(100), Schema.isMaxLength(100))

describe("a secret", () => {
  for (const [way, call] of Object.entries(bothWays)) {
    it.effect.prop(
      `is shown nowhere (${way})`,
      [secretText, choices],
      ([codes, numbers]) =>
        Effect.gen(function*() {
          let at = 0
          const pick: Pick = (end) => numbers[at++ % numbers.length]! % end
          const secret = String.fromCharCode(...codes)
          const { answer, quoted } = quotes(secret, pick)
          const texts = yield* shownTexts(call()).pipe(
            Effect.provide(clientOver([answer], options(secret, pick)))
          )
          for (const [place, text] of Object.entries(texts)) {
            assert.isFalse(holds(text, secret), `${place} shows ${secret}, which was quoted as ${quoted}: ${text}`)
          }
        }),
      { arbitrary: { runs: 200 } }
    )
  }
})

/** A client that knows a secret in one of the ways in which one is given. */
const options = (secret: string, pick: Pick): MistralClient.Options =>
  one(pick, [
    { apiKey: Redacted.make(secret) },
    { apiKey: Redacted.make(`Bearer ${secret}`) },
    { apiKey: Effect.succeed(Redacted.make(secret)) },
    { apiKey: Redacted.make(secret), apiKeyHeader: "api-key" },
    { apiKey: undefined, headers: { "X-Goog-Api-Key": secret } },
    { apiKey: undefined, headers: { authorization: `Basic ${Buffer.from(`user:${secret}`).toString("base64")}` } },
    { apiKey: undefined, headers: { "proxy-authorization": `Bearer ${secret}` } },
    /[;,="]/.test(secret)
      ? { apiKey: Redacted.make(secret) }
      : { apiKey: undefined, headers: { cookie: `theme=dark; sid=${secret}; lang=en` } },
    { apiKey: undefined, baseUrl: `https://api.test/v1?api-key=${encodeURIComponent(secret)}` }
  ])

/** A response, or a failure of the transport, that quotes a secret at some place. */
const quotes = (
  secret: string,
  pick: Pick
): { readonly answer: ScriptedHttpClient.Answer; readonly quoted: string } => {
  const form = one(pick, forms)
  const quoted = form(secret, pick)
  const sentence = `${one(pick, ["", "Wrong key ", "key=", "{\"key\":\"", "x"])}${quoted}${
    one(pick, ["", " given", "\"}", "."])
  }`
  const status = one(pick, [400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 529])
  const body = {
    object: "error",
    message: sentence,
    type: one(pick, ["x", quoted]),
    code: one(pick, [quoted, 3201]),
    param: quoted,
    request_id: quoted,
    guardrails: [{ [quoted]: { deep: [sentence] } }],
    detail: one(pick, [undefined, [{ loc: ["body", quoted], msg: sentence }]])
  }
  const source = (value: unknown): string =>
    JSON.stringify(value, (_, inner: unknown) => inner).replaceAll(
      JSON.stringify(secret).slice(1, -1),
      () => jsonSource(secret, pick)
    )
  const json = { "content-type": "application/json" }
  const events = { "content-type": "text/event-stream" }
  const answer = one<() => ScriptedHttpClient.Answer>(pick, [
    () => ScriptedHttpClient.bytes([source(body)], { status, headers: json }),
    () => ScriptedHttpClient.bytes([source({ error: body })], { status, headers: json }),
    () => ScriptedHttpClient.bytes([source({ error: body })], { headers: json }),
    () => ScriptedHttpClient.bytes([sentence], { status, headers: { "content-type": "text/plain" } }),
    () =>
      ScriptedHttpClient.bytes([`<title>${sentence}</title>`], { status, headers: { "content-type": "text/html" } }),
    () =>
      ScriptedHttpClient.bytes(["{}"], {
        status,
        headers: { "x-request-id": quoted, "x-ratelimit-y": quoted, "retry-after": quoted }
      }),
    () => ScriptedHttpClient.bytes(["?"], { headers: { "content-type": quoted, "mistral-correlation-id": sentence } }),
    () => ScriptedHttpClient.bytes([event("a"), `data: ${source({ error: body })}\n\n`], { headers: events }),
    () => ScriptedHttpClient.bytes([event("a"), `event: error\ndata: ${sentence}\n\n`], { headers: events }),
    () =>
      ScriptedHttpClient.bytes([event("a"), `data: ${source({ choices: { [quoted]: 1 }, id: quoted })}\n\n`], {
        headers: { ...events, "x-request-id": quoted }
      }),
    () =>
      ScriptedHttpClient.bytes([event("a")], { headers: { ...events, "x-kong-request-id": quoted }, ending: "fail" }),
    () =>
      ScriptedHttpClient.connectionError(
        new Error(sentence, { cause: Object.assign(new Error("x"), { code: quoted }) })
      ),
    () => ScriptedHttpClient.connectionError({ message: "", cause: sentence })
  ])()
  return { answer, quoted }
}

const one = <A>(pick: Pick, all: ReadonlyArray<A>): A => all[pick(all.length)]!
