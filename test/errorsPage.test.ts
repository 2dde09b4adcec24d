/** What `docs/errors.md` says of each reason, status and check is true, and no reason is missing. */
import { Chat } from "@effect-mistral/chat"
import { Endpoint, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import type { HttpServerResponse } from "effect/http"
import { reasons as samples } from "../packages/core/test/fixtures/reasons.ts"
import { page } from "./documents/page.ts"

const errors = page("errors.md")
const classes = MistralError.MistralErrorReason.members
const nameOf = (reason: (typeof classes)[number]): string => reason.fields._tag.schema.literal
const names = classes.map(nameOf)

/** The names in code marks of a text. */
const codes = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)].map(([, marks, code]) =>
    marks === "`" ? code! : code!.trim()
  )

/** A bullet of the section of a reason. */
const bullet = (name: string, label: string): string => {
  const line = errors.section(`\`${name}\``).split("\n").find((line) => line.startsWith(`- **${label}**: `))
  assert.isDefined(line, `${name} has no "${label}"`)
  return line.slice(label.length + 8)
}

/** The samples of a reason: each of them is retryable or not. */
const samplesOf = (name: string) => samples.filter(([, { _tag }]) => _tag === name)

/** The word by which the page says whether a reason is retryable. */
const retryable = (name: string): string => {
  const all = new Set(samplesOf(name).map(([, { isRetryable }]) => isRetryable))
  return all.size === 2 ? "sometimes" : all.has(true) ? "yes" : "no"
}

describe("the page about errors", () => {
  it("has a section for each reason, and for no other", () => {
    const sections = errors.headings.filter((heading) => /^`\w+`$/.test(heading)).map((heading) => heading.slice(1, -1))
    assert.deepStrictEqual(sections.sort(), [...names].sort())
    assert.include(errors.text, `one of ${names.length} classes`)
  })

  it("has a row for each reason in its overview, in the order of the union", () => {
    const rows = errors.table("All reasons at a glance")
    assert.deepStrictEqual(rows.map(([reason]) => codes(reason!)[0]), names)
    for (const [reason, , claim] of rows) {
      const name = codes(reason!)[0]!
      assert.strictEqual(reason, `[\`${name}\`](#${name.toLowerCase()})`)
      assert.strictEqual(/^\w+/.exec(claim!)?.[0], retryable(name), name)
    }
  })

  it("names the fields of an error response", () => {
    const { _tag, ...fields } = MistralError.BadRequest.fields
    assert.deepStrictEqual(
      errors.table("Fields of an error response").map(([field]) => codes(field!)[0]),
      Object.keys(fields)
    )
  })

  for (const reason of classes) {
    const name = nameOf(reason)
    const { _tag, ...fields } = reason.fields

    it(`names the fields of ${name}`, () => {
      const said = bullet(name, "Fields")
      const shared = said.startsWith("the fields of an error response")
        ? Object.keys(MistralError.BadRequest.fields).filter((field) => field !== "_tag")
        : []
      const own = Object.keys(fields).filter((field) => !shared.includes(field))
      for (const field of own) assert.include(codes(said), field)
      for (const item of said.split("; ").filter((item) => item.startsWith("`"))) {
        assert.include(Object.keys(fields), codes(item)[0])
      }
      assert.deepStrictEqual(shared.filter((field) => !Object.keys(fields).includes(field)), [])
    })

    it(`says truly whether ${name} is retryable`, () => {
      assert.strictEqual(/^\w+/.exec(bullet(name, "Retryable"))?.[0], retryable(name))
    })

    it(`says what to do after ${name}, and quotes a message of it`, () => {
      assert.isAbove(bullet(name, "What to do").length, 5)
      assert.include(samplesOf(name).map(([, { message }]) => message), codes(bullet(name, "Message"))[0])
    })
  }

  it("links to every reason by its anchor", () => {
    for (const [, anchor] of errors.text.matchAll(/\]\(#([\w-]+)\)/g)) {
      assert.isTrue(errors.anchors.has(anchor!), anchor)
    }
  })
})

describe("the table from status to reason", () => {
  const rows = errors.table("From HTTP status to reason")
  const rowOf = (status: number) =>
    rows.find(([range]) => {
      const [from, to] = range!.match(/\d+/g)!.map(Number)
      return to === undefined ? status === from : from! <= status && status <= to
    })
  for (let from = 300; from < 600; from += 100) {
    it.effect(`is right from ${from} to ${from + 99}`, () =>
      Effect.forEach(Array.from({ length: 100 }, (_, at) => from + at), (status) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(Chat.complete({ model: "m", messages: [{ role: "user", content: "Hi" }] }))
          const [, reason, isRetryable] = rowOf(status) ?? []
          assert.deepStrictEqual(
            [`\`${error.reason._tag}\``, error.isRetryable ? "yes" : "no", error.status],
            [reason, isRetryable, status]
          )
        }).pipe(Effect.provide(refusing(status)))))
  }
})

describe("the table of statuses of an own server", () => {
  const rows = errors.table("How to map errors to HTTP statuses of your own server")
  const statusFor = (reason: MistralError.MistralErrorReason): number => {
    const row = rows.find(([cell]) => codes(cell!.split(":")[0]!)[0] === reason._tag)
      ?? rows.find(([cell]) => cell!.startsWith(reason.isRetryable ? "any other that is retryable" : "any other:"))
    return Number(row![1])
  }

  it("is what its program gives, for each reason", async () => {
    const { toResponse } = await errors.load<{
      readonly toResponse: (error: MistralError.MistralError) => HttpServerResponse.HttpServerResponse
    }>("How to map errors to HTTP statuses of your own server")
    for (const [name, reason] of samples) {
      const error = MistralError.make(Endpoint.chat.complete, reason)
      const response = toResponse(error)
      assert.strictEqual(response.status, statusFor(reason), name)
      const seconds = error.retryAfter && String(Math.ceil(Duration.toSeconds(error.retryAfter)))
      assert.strictEqual(response.headers["retry-after"], seconds, name)
    }
  })

  it("names retryable reasons in the row of those", () => {
    const cell = rows.find(([cell]) => cell!.startsWith("any other that is retryable"))![0]!
    for (const name of codes(cell)) assert.include(["yes", "sometimes"], retryable(name), name)
  })
})

/** A server that refuses every request with a status. */
const refusing = (status: number) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ retry: RetryPolicy.none })),
    Layer.provide(ScriptedHttpClient.layer(() => ScriptedHttpClient.json({ message: "No" }, { status })))
  )
