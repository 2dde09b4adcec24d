import * as Completion from "@effect-mistral/core/Completion"
import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Content from "@effect-mistral/core/Content"
import * as Embedding from "@effect-mistral/core/Embedding"
import * as Message from "@effect-mistral/core/Message"
import * as Model from "@effect-mistral/core/Model"
import * as Moderation from "@effect-mistral/core/Moderation"
import * as ResponseFormat from "@effect-mistral/core/ResponseFormat"
import * as Tool from "@effect-mistral/core/Tool"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { type Examples, withExamples } from "./fixtures/examples.ts"

withExamples((examples) => {
  describe("every documented or recorded body", () => {
    for (const { name, body, schema, strict } of bodies(examples)) {
      it.effect(`of ${name} survives decoding and encoding unchanged`, () =>
        Effect.gen(function*() {
          const before = structuredClone(body)
          const options = strict ? { onExcessProperty: "error" as const } : undefined
          const decoded = yield* Schema.decodeUnknownEffect(schema, options)(body)
          const encoded = yield* Schema.encodeUnknownEffect(schema, options)(decoded)
          assert.deepStrictEqual(encoded, before)
          assert.isTrue(Schema.is(schema)(body))
        }))
    }

    it("has a schema here", () => {
      const forgotten = examples.names.filter((name) =>
        /^(chat|fim|agents|models|model|moderations|embeddings|content-chunk|system-message|response-format)-/
          .test(name) &&
        !table.some(([pattern]) => pattern.test(name))
      )
      assert.deepStrictEqual(forgotten, [])
    })
  })

  describe("a request with one key more", () => {
    for (const { name, body, schema, strict } of bodies(examples)) {
      if (!strict) continue
      it(`is refused at every level of ${name}, except where the API takes any keys`, () => {
        const decode = Schema.decodeUnknownExit(schema, { onExcessProperty: "error" })
        for (const path of objectPaths(body)) {
          const free = isFree(path)
          const exit = decode(withKey(body, path, "not_a_key_of_the_api"))
          assert.strictEqual(Exit.isSuccess(exit), free, `at ${JSON.stringify(path)}`)
        }
      })
    }

    it("is refused at levels of all kinds", () => {
      const levels = new Set(
        bodies(examples).filter(({ strict }) => strict).flatMap(({ body }) =>
          objectPaths(body).filter((path) => !isFree(path)).map((path) => path.filter(Predicate.isString).join("."))
        )
      )
      for (
        const level of [
          "",
          "messages",
          "messages.content",
          "messages.content.thinking",
          "messages.tool_calls",
          "messages.tool_calls.function",
          "tools",
          "tools.function",
          "tools.tool_configuration",
          "tools.authorization",
          "response_format",
          "response_format.json_schema",
          "prediction"
        ]
      ) assert.isTrue(levels.has(level), level)
    })
  })

  it("content of a kind that this version does not know is received whole and refused in a request", () => {
    const unknown = examples.read("content-chunk-unknown.json")
    const received = Schema.decodeUnknownSync(Content.Received)(unknown)
    assert.isTrue(Content.isUnknown(received))
    assert.isFalse(Schema.is(Content.Content)(unknown))
  })
})

type Path = ReadonlyArray<string | number>

interface Body {
  readonly name: string
  readonly body: unknown
  readonly schema: Schema.Codec<unknown, unknown>
  readonly strict: boolean
}

interface Entry {
  readonly schema: Schema.Codec<unknown, unknown>
  /** Requests: keys that the schema does not know are refused. */
  readonly strict?: boolean
  /** The file is an array of such bodies. */
  readonly each?: boolean
}

// A codec of one type stands for one of `unknown` here: the bodies are unknown to the compiler.
const any = <A>(schema: Schema.Codec<A, unknown>) => schema as unknown as Schema.Codec<unknown, unknown>

const chat = any(CompletionRequest.Chat)
const response = any(Completion.Response)

const table: ReadonlyArray<readonly [pattern: RegExp, ...ReadonlyArray<Entry>]> = [
  [/^chat-(?!moderations).*response.*\.json$/, { schema: response }],
  [/^(fim|agents)-response\.json$/, { schema: response }],
  [/^(chat|fim|agents)-stream.*\.chunks\.json$/, { schema: any(Completion.Chunk), each: true }],
  [/^chat-(?!moderations).*request.*\.json$/, { schema: chat, strict: true }],
  [/^agents-request.*\.json$/, { schema: any(CompletionRequest.Agents), strict: true }],
  [/^fim-request.*\.json$/, { schema: any(CompletionRequest.Fim), strict: true }],
  [/^agents-request.*\.json$/, { schema: any(CompletionRequest.Agents), strict: true }],
  [/^fim-request.*\.json$/, { schema: any(CompletionRequest.Fim), strict: true }],
  [/^chat-tool-choice-forms\.json$/, { schema: any(Tool.Choice), strict: true, each: true }],
  [/^response-format-forms\.json$/, { schema: any(ResponseFormat.ResponseFormat), strict: true, each: true }],
  [/^response-format-from-zod-strict\.json$/, { schema: any(ResponseFormat.ResponseFormat), strict: true }],
  [/^models-list.*\.json$/, { schema: any(Model.List) }],
  [/^model-retrieve.*\.json$/, { schema: any(Model.Model) }],
  [/^embeddings-request\.json$/, { schema: any(Embedding.Request), strict: true }],
  [/^embeddings-response\.json$/, { schema: any(Embedding.Response) }],
  [/^moderations-request\.json$/, { schema: any(Moderation.Request), strict: true }],
  [/^chat-moderations-request\.json$/, { schema: any(Moderation.ChatRequest), strict: true }],
  [/^(chat-)?moderations-response\.json$/, { schema: any(Moderation.Response) }],
  [
    /^content-chunk-(?!unknown).*\.json$/,
    { schema: any(Content.Received) },
    { schema: any(Content.Content), strict: true }
  ],
  [/^content-chunk-unknown\.json$/, { schema: any(Content.Received) }],
  [/^system-message-.*\.json$/, { schema: any(Message.Message), strict: true }]
]

const bodies = (examples: Examples): ReadonlyArray<Body> =>
  table.flatMap(([pattern, ...entries]) =>
    examples.names.filter((name) => pattern.test(name)).flatMap((name) =>
      entries.flatMap(({ each, schema, strict = false }) => {
        const body = examples.read(name)
        const kind = entries.length === 1 ? name : `${name} ${strict ? "in a request" : "in an answer"}`
        if (each !== true) return [{ name: kind, body, schema, strict }]
        return (body as ReadonlyArray<unknown>).flatMap((body, i) =>
          isReportedError(body) ? [] : [{ name: `${kind} [${i}]`, body, schema, strict }]
        )
      })
    )
  )

/** One stream of the examples ends with an error of the server in place of a chunk. */
const isReportedError = (body: unknown): boolean => Predicate.hasProperty(body, "object") && body.object === "error"

/** Where every object of a body is. */
const objectPaths = (value: unknown, path: Path = []): ReadonlyArray<Path> =>
  Array.isArray(value)
    ? value.flatMap((item, i) => objectPaths(item, [...path, i]))
    : Predicate.isObject(value)
    ? [path, ...Object.entries(value).flatMap(([key, inner]) => objectPaths(inner, [...path, key]))]
    : []

/** Metadata, guardrails, JSON Schemas and arguments may hold any keys. */
const isFree = (path: Path): boolean =>
  path.some((key, i) =>
    key === "metadata" || key === "guardrails" || key === "arguments" ||
    (key === "parameters" && path[i - 1] === "function") ||
    (key === "schema" && path[i - 1] === "json_schema")
  )

const withKey = (value: unknown, path: Path, key: string): unknown => {
  const copy = structuredClone(value)
  const at = path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown>)[step], copy)
  Object.assign(at as object, { [key]: 1 })
  return copy
}
