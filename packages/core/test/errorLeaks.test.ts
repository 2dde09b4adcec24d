/** Nothing of a prompt is seen in errors: bodies of refusals that quote the request, cut at any place. */
import type { MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { inspect } from "node:util"
import { event } from "./fixtures/eventBytes.ts"
import { bothWays, clientOver, complete, eventStream } from "./fixtures/scriptedClient.ts"

/** Everything that a program may print of an error. */
const printed = (error: MistralError.MistralError) =>
  [error.message, String(error), error.stack, JSON.stringify(error), inspect(error, { depth: 9 })].join("\n")

const secret = "q7-secret"

/** A body of FastAPI with a prompt in the places where the server quotes the input. */
const bodyWith = (prompt: unknown) =>
  JSON.stringify({
    detail: [
      { type: "missing", loc: ["body", "model"], msg: "Field required", input: { messages: [prompt] } },
      { input: prompt, type: "extra", loc: ["body", "n"], msg: "Not permitted", ctx: { given: prompt }, url: prompt }
    ]
  })

/** The places of a request in which a prompt may be, and values of other keys that a body of an error has, too. */
const prompts: Record<string, (text: string) => unknown> = {
  text: (text) => text,
  message: (content) => ({ role: "user", content }),
  error: (text) => ({ message: text, detail: text, error: { message: text } }),
  content: (text) => [{ content: [{ type: "text", text }] }],
  issue: (text) => ({ loc: ["body", "a"], note: text })
}

/** Texts that look like the end of one JSON text and the beginning of another. */
const hostile = [
  "",
  "\"}],\"message\":\"",
  "\\",
  "{\"detail\":\"",
  "', 'message': '",
  "\n\n{\"error\":{\"message\":\""
] as const

describe("a refusal that quotes the prompt", () => {
  it.effect.prop(
    "shows nothing of it, wherever the body is cut",
    {
      text: Schema.String,
      hostile: Schema.Literals(hostile),
      place: Schema.Literals(["text", "message", "error", "content", "issue"]),
      cut: Schema.Finite,
      before: Schema.Literals(["", " \n", "\ufeff"]),
      after: Schema.Literals(["", ",", "\"", "}", "garbage"]),
      way: Schema.Literals(["whole", "streamed"])
    },
    ({ after, before, cut, hostile, place, text, way }) =>
      Effect.gen(function*() {
        const body = bodyWith(prompts[place]!(`${secret}${text}${hostile}${secret}`))
        const length = Math.abs(Math.trunc(cut)) % (body.length + 1)
        const sent = before + body.slice(0, length) + after
        for (
          const answer of [
            ScriptedHttpClient.bytes([sent], { status: 422 }),
            ScriptedHttpClient.bytes([event("a"), `event: error\ndata: ${sent}\n\n`], { headers: eventStream }),
            ScriptedHttpClient.bytes([event("a"), `error: ${sent.trim()}\n\n`], { headers: eventStream }),
            ScriptedHttpClient.bytes([event("a"), `data: ${sent}\n\n`], { headers: eventStream }),
            ScriptedHttpClient.bytes([event("a"), `${sent}\n\n`], { headers: eventStream }),
            ScriptedHttpClient.bytes([sent], { headers: { "content-type": "application/json" } })
          ]
        ) {
          const error = yield* Effect.flip(bothWays[way]()).pipe(Effect.provide(clientOver([answer])))
          assert.notInclude(printed(error), secret, sent)
        }
      })
  )

  it.effect("names the places that came before the cut", () =>
    Effect.gen(function*() {
      const body = bodyWith(secret.repeat(10_000))
      const issuesOf = (sent: string, ending?: "hang" | "fail") =>
        Effect.map(
          Effect.flip(complete()),
          ({ reason }) => reason._tag === "Validation" ? [reason.issues, reason.serverMessage, reason.field] : reason
        ).pipe(
          Effect.provide(clientOver([ScriptedHttpClient.bytes([sent], { status: 422, ...ending && { ending } })]))
        )
      const first = { path: ["model"], message: "Field required" }
      const expected = [[first], "model: Field required", "model"]
      // Over 64 KiB.
      assert.deepStrictEqual(yield* issuesOf(body), expected)
      const short = bodyWith(secret)
      for (
        const cut of [short.indexOf("\"input\""), short.indexOf(secret) + 3, short.indexOf("\"loc\":[\"body\",\"n\"")]
      ) {
        assert.deepStrictEqual(yield* issuesOf(short.slice(0, cut)), expected)
        assert.deepStrictEqual(yield* issuesOf(short.slice(0, cut), "fail"), expected)
      }
      const second = { path: ["n"], message: "Not permitted" }
      assert.deepStrictEqual(yield* issuesOf(short.slice(0, short.indexOf("\"ctx\""))), [
        [first, second],
        "model: Field required; n: Not permitted",
        "model"
      ])
    }))

  const texts: Record<string, readonly [body: string, message: string | undefined]> = {
    "an object": [`{"prompt: ${secret}`, undefined],
    "a list": [`["${secret}", `, undefined],
    "a text": [`"${secret}`, undefined],
    "a whole text": [`"${secret}"`, undefined],
    "what Python prints": [`{'detail': [{'loc': ('body', 'n'), 'msg': 'No', 'input': '${secret}`, undefined],
    "bytes of Python": [`b'{"detail":"No","input":"${secret}"}'`, "No"],
    "a sentence and JSON": [`Cannot read {"content": "${secret}"}`, "Cannot read"],
    "an event": [`data: {"error":{"message":"No","input":"${secret}"}}\n\n`, "No"],
    "JSON and another": [`{"detail":"No"}\n{"input":"${secret}"}`, "No"]
  }
  for (const [name, [body, message]] of Object.entries(texts)) {
    it.effect(`as ${name} is not quoted`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(complete())
        assert.notInclude(printed(error), secret)
        assert.strictEqual("serverMessage" in error.reason ? error.reason.serverMessage : undefined, message)
      }).pipe(Effect.provide(clientOver([ScriptedHttpClient.bytes([body], { status: 400 })]))))
  }
})
