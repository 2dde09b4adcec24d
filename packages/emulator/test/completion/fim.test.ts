import * as Completion from "@effect-mistral/core/Completion"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Fim from "@effect-mistral/fim/Fim"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { makeRandom } from "../../src/internal/random/random.ts"
import { generateCode } from "../../src/internal/text/generatedCode.ts"
import { countTokens, tokenize } from "../../src/internal/text/tokenizer.ts"
import { comparable, instant, local, postTo, problemsOf } from "../support.ts"

describe("fill-in-the-middle", () => {
  it.effect("answers with code, as one choice that ends by itself", () =>
    Effect.gen(function*() {
      const response = yield* Fim.complete(ask("def add(a, b):\n    ", "\n\nprint(add(1, 2))"))
      assert.match(response.id, /^[0-9a-f]{32}$/)
      assert.strictEqual(response.model, "codestral-latest")
      assert.deepStrictEqual(response.choices.map(({ finish_reason, index }) => [index, finish_reason]), [[0, "stop"]])
      assert.match(Completion.text(response), /\b(add|a|b)\b/)
    }).pipe(Effect.provide(local())))

  it.effect("has the same answer for the same request, and another for another seed, prompt or suffix", () =>
    Effect.gen(function*() {
      const text = (seed: number, more?: Partial<CompletionRequest.Fim>) =>
        Fim.complete({ ...ask("const total = ", "\nshow(total)", { min_tokens: 40 }), ...more }).pipe(
          Effect.map(Completion.text),
          Effect.provide(local({ ...instant, seed }))
        )
      const one = yield* text(0)
      assert.strictEqual(yield* text(0), one)
      assert.notStrictEqual(yield* text(1), one)
      for (const more of [{ random_seed: 1 }, { prompt: "const sum = " }, { suffix: "\nshow(sum)" }]) {
        assert.notStrictEqual(yield* text(0, more), one)
      }
    }))

  for (const [name, request] of cases()) {
    it.effect(`folds from a stream into the whole answer: ${name}`, () =>
      Effect.gen(function*() {
        const whole = yield* Fim.complete(request)
        const folded = yield* Completion.collect(Fim.stream(request))
        assert.deepStrictEqual(comparable(folded), comparable(whole))
      }).pipe(Effect.provide(local())))
  }

  it.effect("streams the role first, one token at a time, and the usage last", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Fim.stream(ask("const a = 1\n", null, { min_tokens: 4, max_tokens: 4 })))
      assert.strictEqual(chunks.length, 6)
      assert.deepStrictEqual(chunks[0]?.choices[0]?.delta, { role: "assistant", content: "" })
      for (const chunk of chunks.slice(1, -1)) assert.strictEqual(countTokens(Completion.chunkText(chunk)), 1)
      assert.strictEqual(chunks.at(-1)?.usage?.completion_tokens, 4)
    }).pipe(Effect.provide(local())))

  it.effect("counts the prompt, the suffix and what was written", () =>
    Effect.gen(function*() {
      const response = yield* Fim.complete(ask("def add(", "\nprint(add)"))
      const { usage } = response
      assert.strictEqual(usage?.prompt_tokens, countTokens("def add(") + countTokens("\nprint(add)"))
      assert.strictEqual(usage?.completion_tokens, countTokens(Completion.text(response)))
      assert.strictEqual(usage?.total_tokens, Number(usage?.prompt_tokens) + Number(usage?.completion_tokens))
    }).pipe(Effect.provide(local())))

  it.effect("writes no more than max_tokens, and then begins as the longer answer does", () =>
    Effect.gen(function*() {
      const long = Completion.text(yield* Fim.complete(ask("const total = ", "\n", { min_tokens: 30 })))
      for (const max_tokens of [0, 1, 7]) {
        const short = yield* Fim.complete(ask("const total = ", "\n", { min_tokens: 30, max_tokens }))
        assert.strictEqual(Completion.text(short), tokenize(long).slice(0, max_tokens).join(""))
        assert.strictEqual(short.choices[0]?.finish_reason, "length")
        assert.strictEqual(short.usage?.completion_tokens, max_tokens)
      }
    }).pipe(Effect.provide(local())))

  it.effect("writes at least min_tokens, and begins as the shorter answer does", () =>
    Effect.gen(function*() {
      const short = Completion.text(yield* Fim.complete(ask("const total = ", "\n")))
      for (const min_tokens of [0, 1, 50, 500]) {
        const long = yield* Fim.complete(ask("const total = ", "\n", { min_tokens }))
        assert.isAtLeast(long.usage?.completion_tokens ?? 0, min_tokens)
        assert.isTrue(Completion.text(long).startsWith(short))
        assert.strictEqual(long.choices[0]?.finish_reason, "stop")
      }
    }).pipe(Effect.provide(local())))

  it.effect("ends before a stop text, but not before min_tokens", () =>
    Effect.gen(function*() {
      const text = Completion.text(yield* Fim.complete(ask("const total = ", "\n", { min_tokens: 40 })))
      const first = text.indexOf("\n")
      assert.isAbove(first, 0)
      const one = yield* Fim.complete(ask("const total = ", "\n", { stop: "\n", min_tokens: 1 }))
      assert.strictEqual(Completion.text(one), text.slice(0, first))
      assert.strictEqual(one.choices[0]?.finish_reason, "stop")
      const several = yield* Fim.complete(
        ask("const total = ", "\n", { stop: ["never written", "\n"], min_tokens: 40 })
      )
      assert.isAtLeast(several.usage?.completion_tokens ?? 0, 40)
      assert.isTrue(Completion.text(several).startsWith(tokenize(text).slice(0, 40).join("")))
    }).pipe(Effect.provide(local())))

  it.effect("fits no more than the model's context, whatever min_tokens says", () =>
    Effect.gen(function*() {
      const prompt = "a ".repeat(131_030)
      const response = yield* Fim.complete(ask(prompt, null, { min_tokens: 1_000_000_000 }))
      assert.strictEqual(response.usage?.total_tokens, 131_072)
      assert.strictEqual(response.choices[0]?.finish_reason, "model_length")
      const refused = yield* post(ask("a ".repeat(131_200)))
      assert.strictEqual(refused.status, 400)
      assert.deepInclude(refused.json, { type: "invalid_request_invalid_args", code: "3051" })
    }).pipe(Effect.provide(local())))

  it.effect("answers with and without /v1", () =>
    Effect.gen(function*() {
      for (const path of ["/v1/fim/completions", "/fim/completions"]) {
        assert.strictEqual((yield* postTo(path)(ask("def"))).status, 200)
        const streamed = yield* postTo(path)({ ...ask("def"), stream: true })
        assert.isTrue(streamed.text.endsWith("\n\ndata: [DONE]\n\n"))
      }
    }).pipe(Effect.provide(local())))

  it.effect("takes a model by any of its names, and refuses those that cannot fill in", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* post(ask("def", null, { model: "codestral-2508" }))).status, 200)
      for (const model of ["mistral-small-latest", "mistral-embed", "no-such-model"]) {
        const answer = yield* post(ask("def", null, { model }))
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(answer.json, {
          object: "error",
          message: `Invalid model: ${model}`,
          type: "invalid_model",
          param: null,
          code: "1500",
          raw_status_code: 400
        })
      }
      const error = yield* Effect.flip(Fim.complete(ask("def", null, { model: "mistral-small-latest" })))
      assert.strictEqual(error.reason._tag, "BadRequest")
    }).pipe(Effect.provide(local())))

  it.effect("refuses what does not fit the schema, with every place", () =>
    Effect.gen(function*() {
      const body = { model: "codestral-latest", suffix: 1, min_tokens: -1, messages: [], n: 2 }
      const answer = yield* post(body)
      assert.strictEqual(answer.status, 422)
      const extra = { type: "extra_forbidden", msg: "Extra inputs are not permitted" }
      assert.sameDeepMembers([...problemsOf(answer.json).detail], [
        { type: "missing", loc: ["body", "prompt"], msg: "Field required", input: body },
        { type: "string_type", loc: ["body", "suffix"], msg: "Input should be a valid string", input: 1 },
        {
          type: "greater_than_equal",
          loc: ["body", "min_tokens"],
          msg: "Input should be greater than or equal to 0",
          input: -1,
          ctx: { ge: 0 }
        },
        { ...extra, loc: ["body", "messages"], input: [] },
        { ...extra, loc: ["body", "n"], input: 2 }
      ])
    }).pipe(Effect.provide(local())))

  it.effect("the client reads a 422 as a validation error with its places", () =>
    Effect.gen(function*() {
      const client = yield* MistralClient.MistralClient
      // The client validates requests itself. With a schema that accepts everything, the server has to.
      const lax = { ...Endpoint.fim.complete, request: Schema.Unknown }
      const { reason } = yield* Effect.flip(client.request(lax, { ...ask("def"), tools: [] }))
      assert.strictEqual(reason._tag, "Validation")
      if (reason._tag === "Validation") {
        assert.deepStrictEqual(reason.issues.map(({ path }) => path), [["tools"]])
      }
    }).pipe(Effect.provide(local())))
})

describe("the code between a prompt and a suffix", () => {
  it("closes the brackets that the suffix does not, wherever a document is cut", () => {
    for (let at = 0; at <= document.length; at++) {
      const [prompt, suffix] = [document.slice(0, at), document.slice(at)]
      for (const after of [suffix, ""]) {
        const whole = prompt + write(prompt, after) + after
        assert.strictEqual(unbalanced(whole), "", `at ${at}:\n${whole}`)
      }
    }
  })

  it("leaves brackets alone that the suffix may close further on", () => {
    assert.strictEqual(unbalanced(write("if (a) {\n  use(b", ")\n")), "")
    assert.strictEqual(unbalanced(write("if (a) {\n  use(b", "")), ")}")
  })

  it("does not count brackets in texts and comments", () => {
    assert.strictEqual(unbalanced(write("s = \"(\" + '[' // {\nt = s\n", "")), "")
  })

  it("keeps the indentation, and ends before a suffix that begins a line", () => {
    for (const line of write("class A {\n    m() {\n        ", "\n    }\n}").split("\n").slice(1)) {
      assert.match(line, /^ {8}\S/)
    }
    assert.match(write("def f(", "return a + b"), /\):\n {4}\S[^]*\n {4}$/)
    assert.match(write("function f(x", "return x\n}"), /\) \{\n {2}\S[^]*\n {2}$/)
    assert.match(write("for x in xs:\n\t", ""), /^\S/)
  })

  it("uses the names of the prompt", () => {
    const names = new Set(["alpha", "beta", "result", "print", "update", "next", "size", "count"])
    for (const name of write("alpha = beta\n", "", 200).match(/[a-z]+/g) ?? []) assert.isTrue(names.has(name), name)
  })

  it("is never empty, and has as many tokens as it must have, for any texts", () => {
    for (const prompt of ["", " ", "\n\n", "}}}", ")))(((", "\"", "/* ", "# \n", "🌫️", "\ud800", "a".repeat(99)]) {
      for (const suffix of ["", "x", ")))", "{{{", "\n", "'"]) {
        for (const minimum of [0, 1, 77]) {
          assert.isAtLeast(countTokens(write(prompt, suffix, minimum)), Math.max(1, minimum))
        }
      }
    }
  })
})

const post = postTo("/v1/fim/completions")

const ask = (
  prompt: string,
  suffix?: string | null,
  more?: Partial<CompletionRequest.Fim>
): CompletionRequest.Fim => ({ model: "codestral-latest", prompt, suffix, ...more })

const write = (prompt: string, suffix: string, minimum = 0): string =>
  generateCode(prompt, suffix, makeRandom(prompt), minimum)

/** The brackets that are missing before or after a text, strings and comments aside. */
const unbalanced = (text: string): string => {
  let left = text.replace(/[^()[\]{}]/g, "")
  for (let before = ""; before !== left;) [before, left] = [left, left.replace(/\(\)|\[\]|\{\}/g, "")]
  return left
}

const document = `export function total(prices: Array<number>, { tax }: Options) {
  let sum = 0;
  for (const price of prices) {
    if (price > 0) {
      sum += [price, tax].reduce((a, b) => (a * b), 1);
    }
  }
  return { sum, count: prices.length };
}
`

function cases(): ReadonlyArray<readonly [string, CompletionRequest.Fim]> {
  return [
    ["no suffix", ask("def add(")],
    ["a suffix", ask("def add(", "return a+b")],
    ["an empty prompt", ask("", "")],
    ["a stop text", ask("const total = ", null, { stop: ["\n"], min_tokens: 20 })],
    ["max_tokens", ask("const total = ", "\n", { max_tokens: 3 })],
    ["min_tokens", ask("const total = ", "\n", { min_tokens: 60 })],
    ["other scripts", ask("let été = 霧\n", "\n// 🌫️")]
  ]
}
