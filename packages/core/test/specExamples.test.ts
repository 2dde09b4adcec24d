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
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import {
  any,
  bodiesOf,
  objectPaths,
  type Path,
  type Table,
  testRoundTrips,
  testStrictness
} from "./fixtures/exampleBodies.ts"
import { withExamples } from "./fixtures/examples.ts"

withExamples((examples) => {
  const bodies = () => bodiesOf(examples, table)

  describe("every documented or recorded body", () => {
    testRoundTrips(bodies())

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
    testStrictness(bodies(), isFree)

    it("is refused at levels of all kinds", () => {
      const levels = new Set(
        bodies().filter(({ strict }) => strict).flatMap(({ body }) =>
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

const chat = any(CompletionRequest.Chat)
const response = any(Completion.Response)

const table: Table = [
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

/** Metadata, guardrails, JSON Schemas and arguments may hold any keys. */
const isFree = (path: Path): boolean =>
  path.some((key, i) =>
    key === "metadata" || key === "guardrails" || key === "arguments" ||
    (key === "parameters" && path[i - 1] === "function") ||
    (key === "schema" && path[i - 1] === "json_schema")
  )
