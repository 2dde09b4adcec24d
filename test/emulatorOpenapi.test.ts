/** The responses of the emulator, checked against Mistral's OpenAPI file. The file is kept outside the project. */
import * as Endpoint from "@effect-mistral/core/Endpoint"
import { Emulator } from "@effect-mistral/emulator"
import { assert, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Case, cases, script } from "./openapi/cases.ts"
import { defects } from "./openapi/defects.ts"
import { type OpenApi, withSpecification } from "./openapi/specification.ts"
import { type Answer, validator } from "./openapi/validator.ts"

withSpecification(check)

function check(document: OpenApi) {
  const corrected = validator(document, defects)

  layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script }), { excludeTestServices: true })(
    "an answer of the emulator fits Mistral's OpenAPI file",
    (it) => {
      for (const one of cases) {
        it.effect(one.name, () =>
          Effect.gen(function*() {
            const answer = yield* ask(one)
            assert.strictEqual(answer.status, one.status ?? 200)
            assert.isAtLeast(answer.values.length, one.stream === true ? 2 : 1)
            assert.strictEqual(answer.contentType, one.stream === true ? "text/event-stream" : "application/json")
            for (const value of answer.values) assert.deepStrictEqual(corrected(one, answer, value), [])
          }))
      }

      it.effect("every problem of a 422 is a ValidationError, wrapped in a message or not", () =>
        Effect.gen(function*() {
          const problem = corrected.schema("ValidationError")
          const refused = yield* Effect.forEach(cases.filter(({ status }) => status === 422), ask)
          const problems = refused.flatMap(({ values: [value] }) => {
            const { detail, message } = value as Refused
            return detail ?? message?.detail ?? []
          })
          assert.isAtLeast(problems.length, refused.length)
          for (const one of problems) assert.isTrue(problem(one), JSON.stringify(problem.errors))
        }))

      for (const defect of defects) {
        it.effect(`only where ${defect.name}: without this correction some do not`, () =>
          Effect.gen(function*() {
            const uncorrected = validator(document, defects.filter((one) => one !== defect))
            const answers = yield* Effect.forEach(cases, (one) => Effect.map(ask(one), (answer) => ({ one, answer })))
            assert.isTrue(
              answers.some(({ answer, one }) =>
                answer.values.some((value) => uncorrected(one, answer, value).length > 0)
              )
            )
          }))
      }

      it.effect("and a damaged one does not", () =>
        Effect.gen(function*() {
          for (const [one, damage] of damages()) {
            const answer = yield* ask(one)
            const damaged = structuredClone(answer.values.at(-1))
            damage(damaged as Loose)
            assert.isNotEmpty(corrected(one, answer, damaged), `${one.name}: ${damage}`)
          }
        }))
    }
  )

  it("every endpoint of the file is asked here", () => {
    const asked = new Set(cases.map(({ path }) => path))
    const forgotten = Object.values(Endpoint).flatMap((value) =>
      typeof value === "function" ? [] : "complete" in value ? [value.complete.path] : [value.path]
    ).filter((path) => path in document.paths && !asked.has(path))
    assert.deepStrictEqual(forgotten, [])
  })
}

interface Refused {
  readonly detail?: ReadonlyArray<unknown>
  readonly message?: { readonly detail?: ReadonlyArray<unknown> }
}

// A damage changes responses of any shape, so their type is loose.
type Loose = { [key: string]: Loose }

const ask = (one: Case): Effect.Effect<Answer, never, Emulator.Emulator> =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${one.at ?? one.path}`, {
        method: one.body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${Redacted.value(apiKey)}` },
        ...(one.body === undefined ? undefined : { body: JSON.stringify(one.body) })
      })
      const contentType = response.headers.get("content-type")?.replace(/;.*/, "") ?? ""
      const text = await response.text()
      const values = contentType === "text/event-stream"
        ? text.split("\n\n").filter((event) => event !== "" && event !== "data: [DONE]").map((event) => event.slice(6))
        : [text]
      return { status: response.status, contentType, values: values.map((value): unknown => JSON.parse(value)) }
    }))

/** Changes that make a response invalid. */
function damages(): ReadonlyArray<readonly [one: Case, damage: (value: Loose) => void]> {
  const named = (name: string): Case => cases.find((one) => one.name === name)!
  const unknown = (value: unknown) => value as Loose
  return [
    [named("a chat: a text"), (value) => delete value["id"]],
    [named("a chat: a text"), (value) => delete value["usage"]],
    [named("a chat: a text"), (value) => value["choices"]!["0"]!["message"]!["refusal"] = unknown(null)],
    [named("a chat: a text"), (value) => value["choices"]!["0"]!["finish_reason"] = unknown("end")],
    [
      named("a chat: a tool call"),
      (value) => delete value["choices"]!["0"]!["message"]!["tool_calls"]!["0"]!["function"]
    ],
    [
      named("a chat: thinking"),
      (value) => value["choices"]!["0"]!["message"]!["content"]!["0"]!["thinking"] = unknown("a")
    ],
    [named("a chat: a text, streamed"), (value) => delete value["choices"]!["0"]!["finish_reason"]],
    [named("a chat: a text, streamed"), (value) => value["usage"]!["prompt_tokens"] = unknown("1")],
    [named("an agent: a text, streamed"), (value) => delete value["choices"]!["0"]!["delta"]],
    [named("the models"), (value) => delete value["data"]!["0"]!["id"]],
    [named("one model"), (value) => value["type"] = unknown("other")],
    [named("embeddings"), (value) => value["data"]!["0"]!["embedding"] = unknown(["0.5"])],
    [named("moderations"), (value) => value["results"]!["0"]!["categories"]!["law"] = unknown(0)],
    [named("moderations of chats"), (value) => delete value["id"]]
  ]
}
