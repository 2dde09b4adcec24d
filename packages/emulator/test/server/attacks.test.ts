/** Requests that are made to stop the emulator. Each is answered, and other requests are, while it is and after it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { ask, local, post, postTo, raw } from "../support.ts"

const mebibyte = 1024 * 1024

const withSchema = (schema: unknown, more?: object) => ({
  ...ask("Fill this in"),
  response_format: { type: "json_schema", json_schema: { name: "answer", schema } },
  ...more
})

const withTool = (parameters: unknown) => ({
  ...ask("Call it"),
  tools: [{ type: "function", function: { name: "it", parameters } }],
  tool_choice: "any"
})

const exponential = "^(([a-z])+.)+[A-Z]([a-z])+$"

const inObject = (schema: unknown) => ({ type: "object", properties: { a: schema }, required: ["a"] })

const deep = (levels: number): unknown => levels === 0 ? { type: "string" } : inObject(deep(levels - 1))

/** Definitions of which each refers to the next one twice. */
const doubling = Object.fromEntries(
  Array.from(
    { length: 40 },
    (_, at) => [`d${at}`, { oneOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] }]
  )
)

interface Attack {
  readonly name: string
  readonly body: unknown
  readonly status: number
  /** What the response says. */
  readonly says?: RegExp
  readonly path?: string
}

const attacks: ReadonlyArray<Attack> = [
  { name: "a billion choices", body: ask("x", { n: 1e9 }), status: 422, says: /less than or equal to 128/ },
  {
    name: "a list of a billion",
    body: withSchema({ type: "array", minItems: 1e9 }),
    status: 400,
    says: /20000 values/
  },
  {
    name: "a long list of long lists",
    body: withSchema({
      type: "array",
      minItems: 900,
      items: { type: "array", minItems: 900, items: { type: "boolean" } }
    }),
    status: 400,
    says: /20000 values/
  },
  {
    name: "a text of a billion",
    body: withSchema({ type: "string", minLength: 1e9 }),
    status: 400,
    says: /200000 characters/
  },
  {
    name: "an object of a billion",
    body: withSchema({ type: "object", minProperties: 1e9 }),
    status: 400,
    says: /20000 values/
  },
  {
    name: "a tool's list of a billion",
    body: withTool(inObject({ type: "array", minItems: 1e9 })),
    status: 400,
    says: /the function it: .* 20000 values/
  },
  {
    name: "many choices of much",
    body: withSchema({ type: "array", minItems: 5000, items: { type: "boolean" } }, { n: 100 }),
    status: 400,
    says: /20000 values/
  },
  {
    name: "an exponential pattern",
    body: withSchema({ type: "string", pattern: exponential, minLength: 5000 }),
    status: 200
  },
  {
    name: "an exponential pattern in a tool",
    body: withTool(inObject({ type: "string", pattern: "^(a+)+$" })),
    status: 200
  },
  {
    name: "an exponential pattern for a prediction",
    body: withSchema({ type: "string", pattern: "^(a|aa)+$" }, {
      prediction: { type: "content", content: JSON.stringify(`${"a".repeat(5000)}!`) }
    }),
    status: 200
  },
  {
    name: "an exponential pattern of keys",
    body: withSchema({ type: "object", patternProperties: { "^(a+)+b$": {} }, additionalProperties: false }),
    status: 200
  },
  {
    name: "a pattern that refers back",
    body: withSchema({ type: "string", pattern: "(a+)\\1" }),
    status: 400,
    says: /refers back/
  },
  { name: "a circle of references", body: withSchema({ $ref: "#" }), status: 422, says: /circle/ },
  {
    name: "a circle in a tool",
    body: withTool(inObject({ $ref: "#/properties/a" })),
    status: 422,
    says: /"function","parameters".*circle/
  },
  {
    name: "a value without an end",
    body: withSchema({ type: "object", properties: { a: { $ref: "#" } }, required: ["a"] }),
    status: 422,
    says: /circle/
  },
  {
    name: "references that double",
    body: withSchema({ $ref: "#/$defs/d0", $defs: { ...doubling, d40: { type: "integer" } } }),
    status: 400,
    says: /takes too long/
  },
  { name: "a deep schema", body: withSchema(deep(330)), status: 400, says: /300 levels/ },
  {
    name: "a huge enum",
    body: withSchema({ enum: Array.from({ length: 100_000 }, (_, at) => at) }),
    status: 400,
    says: /20000 parts/
  },
  { name: "a million values", body: `{"messages":[${"1,".repeat(1_000_000)}1]}`, status: 400, says: /error parsing/ },
  {
    name: "many wrong messages",
    body: { model: "mistral-small-latest", messages: Array.from({ length: 100_000 }, () => 1) },
    status: 422
  },
  {
    name: "a list of stop texts",
    body: ask("x", { stop: Array.from({ length: 2000 }, String) }),
    status: 422,
    says: /at most 1000 items/
  },
  { name: "long stop texts", body: ask("x", { stop: ["a".repeat(200_000)] }), status: 422, says: /100000 characters/ },
  {
    name: "stop texts that almost occur",
    body: ask("x", { stop: [`${"a".repeat(50_000)}b`], prediction: { type: "content", content: "a".repeat(150_000) } }),
    status: 200
  },
  { name: "endless tokens", body: ask("x", { max_tokens: 1e15 }), status: 200 },
  {
    name: "a prompt of 31 MiB",
    body: ask("word. ".repeat(31 * mebibyte / 6)),
    status: 400,
    says: /Prompt contains \d+ tokens/
  },
  {
    name: "a picture of 20 MiB in all of 128 choices",
    body: {
      ...ask("x", { n: 128 }),
      messages: [{
        role: "user",
        content: [{ type: "image_url", image_url: `data:image/png;base64,${"A".repeat(20 * mebibyte)}` }]
      }]
    },
    status: 200
  },
  {
    name: "20 MiB of white space that is not JSON",
    body: `{${" ".repeat(20 * mebibyte)}`,
    status: 422,
    says: /json_invalid/
  },
  {
    name: "a prefix in 128 choices",
    body: {
      ...ask("x", { n: 128 }),
      messages: [{ role: "user", content: "x" }, { role: "assistant", content: "p".repeat(500_000), prefix: true }]
    },
    status: 400,
    says: /200000 characters/
  },
  {
    name: "brackets in code",
    body: { model: "codestral-latest", prompt: "(".repeat(190_000), suffix: `${")".repeat(90_000)}]` },
    status: 200,
    path: "/v1/fim/completions"
  },
  {
    name: "indented brackets in code",
    body: { model: "codestral-latest", prompt: " ".repeat(200_000) + "{".repeat(90_000) },
    status: 200,
    path: "/v1/fim/completions"
  },
  {
    name: "a document of 20 MiB",
    body: {
      model: "mistral-ocr-latest",
      document: { type: "document_url", document_url: `data:text/plain;base64,${btoa("word ".repeat(4 * mebibyte))}` }
    },
    status: 400,
    says: /1000 pages/,
    path: "/v1/ocr"
  },
  {
    name: "16,000 vectors",
    body: { model: "mistral-embed", input: Array.from({ length: 16_000 }, () => "a") },
    status: 400,
    says: /Too many inputs/,
    path: "/v1/embeddings"
  },
  {
    name: "a text of 20 MiB to moderate",
    body: { model: "mistral-moderation-latest", input: "a".repeat(20 * mebibyte) },
    status: 400,
    says: /Too many tokens/,
    path: "/v1/moderations"
  },
  {
    name: "endless code",
    body: { model: "codestral-latest", prompt: "a", min_tokens: 1e9 },
    status: 200,
    path: "/v1/fim/completions"
  }
]

describe("a request that is made to stop the emulator", () => {
  for (const { body, name, path = "/v1/chat/completions", says, status } of attacks) {
    it.live(`is answered, as others are meanwhile and after it: ${name}`, () =>
      Effect.gen(function*() {
        const attack = yield* Effect.forkChild(postTo(path)(body), { startImmediately: true })
        assert.strictEqual((yield* raw("/v1/models")).status, 200)
        const response = yield* Fiber.join(attack)
        assert.strictEqual(response.status, status, response.text.slice(0, 300))
        if (says !== undefined) assert.match(response.text, says)
        assert.strictEqual((yield* raw("/v1/models")).status, 200)
      }).pipe(Effect.provide(local()), Effect.timeout("60 seconds")), 70_000)
  }

  it.live("is refused in a stream, too, before it begins", () =>
    Effect.gen(function*() {
      for (
        const { body, path, says, status } of attacks.filter((one) =>
          one.status !== 200 && typeof one.body === "object"
        )
      ) {
        if (path !== undefined || JSON.stringify(body).length > mebibyte) continue
        const response = yield* post({ ...body as object, stream: true })
        assert.strictEqual(response.status, status)
        if (says !== undefined) assert.match(response.text, says)
      }
    }).pipe(Effect.provide(local()), Effect.timeout("60 seconds")), 70_000)
})
