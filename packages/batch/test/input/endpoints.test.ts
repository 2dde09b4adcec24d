import { BatchInput } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { chatFiles, entry, invalidInput, lineOf, textsOf } from "./support.ts"

describe("the lines of a batch", () => {
  it.effect("are those of chat requests, in order, with a line break after each", () =>
    Effect.gen(function*() {
      const files = yield* chatFiles([entry("a"), entry("b", "Grüße 😀\n\u2028 \"quoted\"")])
      assert.deepStrictEqual(files.map(({ firstLine, requests, size }) => ({ firstLine, requests, size })), [{
        requests: 2,
        size: Buffer.byteLength(lineOf("a") + lineOf("b", "Grüße 😀\n\u2028 \"quoted\"")),
        firstLine: 1
      }])
      assert.deepStrictEqual(yield* textsOf(files), [lineOf("a") + lineOf("b", "Grüße 😀\n\u2028 \"quoted\"")])
    }))

  it.effect("may come from a stream", () =>
    Effect.gen(function*() {
      const files = yield* chatFiles(Stream.map(Stream.range(1, 3), (id) => entry(`${id}`)))
      assert.deepStrictEqual(yield* textsOf(files), [lineOf("1") + lineOf("2") + lineOf("3")])
    }))

  it.effect("can be read again and again", () =>
    Effect.gen(function*() {
      const files = yield* chatFiles([entry("a")])
      assert.deepStrictEqual(yield* textsOf([...files, ...files]), [lineOf("a"), lineOf("a")])
    }))

  it.effect("have every parameter of a chat request, and no key that is undefined", () =>
    body({
      endpoint: Endpoint.chat.complete,
      requests: [{
        custom_id: "a",
        request: {
          model: "m",
          messages: [
            { role: "system", content: [{ type: "text", text: "s" }] },
            { role: "user", content: [{ type: "image_url", image_url: "https://a.test/b.png" }] }
          ],
          tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
          tool_choice: "any",
          temperature: 0,
          max_tokens: undefined,
          stop: null,
          stream: false
        }
      }]
    }, {
      model: "m",
      messages: [
        { role: "system", content: [{ type: "text", text: "s" }] },
        { role: "user", content: [{ type: "image_url", image_url: "https://a.test/b.png" }] }
      ],
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
      tool_choice: "any",
      temperature: 0,
      stop: null,
      stream: false
    }))

  it.effect("are those of requests to an agent", () =>
    body({
      endpoint: Endpoint.agents.complete,
      requests: [{ custom_id: "a", request: { agent_id: "ag", messages: [{ role: "user", content: "Hi" }] } }]
    }, { agent_id: "ag", messages: [{ role: "user", content: "Hi" }] }))

  it.effect("leave the agent to the job", () =>
    body({
      endpoint: Endpoint.agents.complete,
      agent_id: "ag",
      requests: [{ custom_id: "a", request: { messages: [{ role: "user", content: "Hi" }] } }]
    }, { messages: [{ role: "user", content: "Hi" }] }))

  it.effect("are those of fim requests", () =>
    body({
      endpoint: Endpoint.fim.complete,
      requests: [{ custom_id: "a", request: { model: "codestral", prompt: "def f(", suffix: "return a" } }]
    }, { model: "codestral", prompt: "def f(", suffix: "return a" }))

  it.effect("are those of embedding requests", () =>
    body({
      endpoint: Endpoint.createEmbeddings,
      model: "mistral-embed",
      requests: [{ custom_id: "a", request: { input: ["x", "y"], output_dimension: 8 } }]
    }, { input: ["x", "y"], output_dimension: 8 }))

  it.effect("are those of moderation requests", () =>
    body({
      endpoint: Endpoint.createModerations,
      model: "mistral-moderation-latest",
      requests: [{ custom_id: "a", request: { input: "x" } }]
    }, { input: "x" }))

  it.effect("are those of requests to moderate chats", () =>
    body({
      endpoint: Endpoint.createChatModerations,
      requests: [{ custom_id: "a", request: { model: "m", input: [[{ role: "user", content: "x" }]] } }]
    }, { model: "m", input: [[{ role: "user", content: "x" }]] }))

  it.effect("are those of requests to read documents, whose model may be null", () =>
    Effect.gen(function*() {
      const document = { type: "document_url", document_url: "https://a.test/b.pdf" } as const
      yield* body({
        endpoint: Endpoint.processOcr,
        requests: [{ custom_id: "a", request: { model: null, document, pages: [0, 1] } }]
      }, { model: null, document, pages: [0, 1] })
      yield* body({
        endpoint: Endpoint.processOcr,
        model: "mistral-ocr-latest",
        requests: [{ custom_id: "a", request: { model: null, document } }]
      }, { document })
    }))

  it.effect("are those of requests to classify texts", () =>
    body({
      endpoint: Endpoint.classify,
      model: "m",
      requests: [{ custom_id: "a", request: { input: ["x", "y"] } }]
    }, { input: ["x", "y"] }))

  it.effect("are those of requests to classify conversations", () =>
    body({
      endpoint: Endpoint.classifyChat,
      requests: [{ custom_id: "a", request: { model: "m", input: { messages: [{ role: "user", content: "x" }] } } }]
    }, { model: "m", input: { messages: [{ role: "user", content: "x" }] } }))

  it.effect("have no thinking of other dialects, which Mistral refuses", () =>
    body({
      endpoint: Endpoint.chat.complete,
      model: "m",
      requests: [{
        custom_id: "a",
        request: {
          messages: [
            { role: "user", content: "x" },
            { role: "assistant", content: "y", reasoning_content: "z" },
            { role: "user", content: "x" }
          ]
        }
      }]
    }, {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: "y" },
        { role: "user", content: "x" }
      ]
    }))
})

describe("the model of the job", () => {
  const messages = [{ role: "user", content: "Hi" }] as const

  it.effect("is not in the lines, and a request with a model keeps it", () =>
    Effect.gen(function*() {
      const files = yield* BatchInput.files({
        endpoint: Endpoint.chat.complete,
        model: "m",
        requests: [
          { custom_id: "none", request: { messages, temperature: 0 } },
          { custom_id: "undefined", request: { model: undefined, messages } },
          { custom_id: "other", request: { model: "other", messages } },
          { custom_id: "same", request: { messages, model: "m" } }
        ]
      })
      const text = yield* textsOf(files)
      assert.deepStrictEqual(text[0]!.trimEnd().split("\n").map((line) => JSON.parse(line)), [
        { custom_id: "none", body: { messages, temperature: 0 } },
        { custom_id: "undefined", body: { messages } },
        { custom_id: "other", body: { model: "other", messages } },
        { custom_id: "same", body: { messages, model: "m" } }
      ])
    }))

  it.effect("may be any text, and texts in the request that look like it stay", () =>
    Effect.gen(function*() {
      const model = "a\"},\\ü"
      const content = `,"model":${JSON.stringify(model)}}`
      const files = yield* BatchInput.files({
        endpoint: Endpoint.chat.complete,
        model,
        requests: [{ custom_id: "a", request: { messages: [{ role: "user", content }] } }]
      })
      const [text] = yield* textsOf(files)
      assert.deepStrictEqual(JSON.parse(text!), {
        custom_id: "a",
        body: { messages: [{ role: "user", content }] }
      })
    }))

  it.effect("is missing where neither the request nor the options have one", () =>
    Effect.gen(function*() {
      const { problems } = yield* invalidInput(BatchInput.files({
        endpoint: Endpoint.chat.complete,
        requests: [entry("a"), { custom_id: "b", request: { messages } }]
      }))
      assert.deepStrictEqual(problems, [
        { line: 2, custom_id: "b", issues: [{ path: ["model"], message: "Missing key" }] }
      ])
    }))

  it.effect("is refused by an endpoint that has none", () =>
    Effect.gen(function*() {
      const { problems } = yield* invalidInput(BatchInput.files({
        endpoint: Endpoint.agents.complete,
        model: "m",
        requests: [{ custom_id: "a", request: { agent_id: "ag", messages } }]
      }))
      assert.deepStrictEqual(problems[0]?.issues.map(({ path }) => path), [["model"]])
    }))
})

describe("an endpoint of your own", () => {
  it.effect("may have requests of which the job sets every key", () =>
    Effect.gen(function*() {
      const endpoint = {
        ...Endpoint.createModerations,
        request: Schema.Struct({ model: Schema.String, agent_id: Schema.String })
      }
      yield* body({ endpoint, model: "m", agent_id: "ag", requests: [{ custom_id: "a", request: {} }] }, {})
      yield* body({ endpoint, model: "m", requests: [{ custom_id: "a", request: { agent_id: "b" } }] }, {
        agent_id: "b"
      })
    }))
})

/** The only line of a file has this body. */
const body = <Request extends object>(options: BatchInput.FilesOptions<Request>, expected: unknown) =>
  Effect.gen(function*() {
    const [text] = yield* textsOf(yield* BatchInput.files(options))
    assert.strictEqual(text, `${JSON.stringify({ custom_id: "a", body: expected })}\n`)
  })
