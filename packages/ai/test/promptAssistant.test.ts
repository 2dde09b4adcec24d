import { OpenAiCompatible } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Prompt } from "effect/ai"
import { type SentMessage, sentMessages } from "./fixtures/sentMessages.ts"

describe("the text of an assistant message", () => {
  it.effect("is a string, also where the prompt has it in several parts", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sent(text("Claude "), text("Monet.")), {
        role: "assistant",
        content: "Claude Monet."
      })
    }))

  it.effect("has its references where the model put them", () =>
    Effect.gen(function*() {
      const content = [
        { type: "text", text: "Claude Monet" },
        { type: "reference", reference_ids: [0, "b"] },
        { type: "text", text: "." }
      ]
      assert.deepStrictEqual((yield* sent(text("Claude Monet.", { content }))).content, content)
      const only = [{ type: "reference", reference_ids: [1] }]
      assert.deepStrictEqual((yield* sent(text("", { content: only }))).content, only)
    }))

  it.effect("is sent without the pieces and keys that a request may not have", () =>
    Effect.gen(function*() {
      const content = [
        { type: "text", text: "Claude", annotations: [] },
        { type: "hologram", url: "https://a.test" },
        { type: "reference", reference_ids: [0], score: 1 },
        { type: "text", text: " Monet" },
        { type: "text" },
        null
      ]
      assert.deepStrictEqual((yield* sent(text("Claude Monet", { content }))).content, [
        { type: "text", text: "Claude" },
        { type: "reference", reference_ids: [0] },
        { type: "text", text: " Monet" }
      ])
      assert.deepStrictEqual((yield* sent(text("Claude Monet", { content: "Claude Monet" }))).content, "Claude Monet")
    }))

  it.effect("is that of the part where it was changed since", () =>
    Effect.gen(function*() {
      const content = [{ type: "text", text: "Claude Monet" }, { type: "reference", reference_ids: [0] }]
      assert.strictEqual((yield* sent(text("Somebody", { content }))).content, "Somebody")
    }))

  it.effect("is sent whatever the options of the part are", () =>
    Effect.gen(function*() {
      for (const options of [{}, { mistral: null }, { mistral: {} }, { openai: { itemId: "msg_1" } }]) {
        assert.strictEqual((yield* sent({ type: "text", text: "Hi", options })).content, "Hi")
      }
      for (const content of [null, 1, {}, [], [null], [[]]]) {
        assert.strictEqual((yield* sent(text("Hi", { content }))).content, "Hi")
      }
    }))
})

describe("the thinking of an assistant message", () => {
  it.effect("is a piece in its place, closed and with its signature", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        (yield* sent(
          thought("Hm.", { signature: "sig", closed: true }),
          text("Monet."),
          thought("Or "),
          text("Manet.")
        ))
          .content,
        [
          { type: "thinking", thinking: [{ type: "text", text: "Hm." }], signature: "sig", closed: true },
          { type: "text", text: "Monet." },
          { type: "thinking", thinking: [{ type: "text", text: "Or " }], closed: true },
          { type: "text", text: "Manet." }
        ]
      )
    }))

  it.effect("has its references, unless its text was changed since", () =>
    Effect.gen(function*() {
      const thinking = [
        { type: "text", text: "I look it up." },
        { type: "tool_reference", tool: "web_search", title: "Monet", url: "https://a.test" },
        { type: "reference", reference_ids: [1] }
      ]
      const unknown = [...thinking, { type: "hologram" }]
      assert.deepStrictEqual((yield* sent(thought("I look it up.", { thinking: unknown }), text("Monet."))).content, [
        { type: "thinking", thinking, closed: true },
        { type: "text", text: "Monet." }
      ])
      assert.deepStrictEqual((yield* sent(thought("Hm.", { thinking }), text("Monet."))).content, [
        { type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true },
        { type: "text", text: "Monet." }
      ])
    }))

  it.effect("of another vendor is sent where it has a text, and left out where it is encrypted", () =>
    Effect.gen(function*() {
      const options = { openai: { itemId: "rs_1", encryptedContent: "gAAAA" } }
      const answer = { type: "text", text: "Monet." } as const
      assert.deepStrictEqual((yield* sent({ type: "reasoning", text: "", options }, answer)).content, "Monet.")
      assert.deepStrictEqual((yield* sent({ type: "reasoning", text: "Hm.", options }, answer)).content, [
        { type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true },
        answer
      ])
    }))

  it.effect("without a text is sent for its signature", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* sent(thought("", { signature: "sig" }), text("Monet."))).content, [
        { type: "thinking", thinking: [], signature: "sig", closed: true },
        { type: "text", text: "Monet." }
      ])
    }))
})

describe("the thinking of an OpenAI-compatible server", () => {
  const openAi = { deployment: OpenAiCompatible.deployment({ baseUrl: "https://a.test/v1" }) }
  const details = [
    { type: "reasoning.text", text: "Hm.", signature: "sig" },
    { type: "reasoning.encrypted", data: "gAAAA" }
  ]
  const sentTo = (...parts: ReadonlyArray<Part>) => sentOver(openAi, parts)

  it.effect("goes back under the key in which it came", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sentTo(thought("Hm.", { field: "reasoning_content" }), text("Monet.")), {
        role: "assistant",
        content: "Monet.",
        reasoning_content: "Hm."
      })
      assert.deepStrictEqual(yield* sentTo(thought("Hm.", { field: "reasoning_content", details }), text("Monet.")), {
        role: "assistant",
        content: "Monet.",
        reasoning_content: "Hm.",
        reasoning_details: details
      })
      assert.deepStrictEqual(yield* sentTo(thought("Hm.", { field: "reasoning" }), text("Monet.")), {
        role: "assistant",
        content: "Monet.",
        reasoning: "Hm."
      })
      assert.deepStrictEqual(yield* sentTo(thought("Hm.", { field: "reasoning", details }), text("Monet.")), {
        role: "assistant",
        content: "Monet.",
        reasoning: "Hm.",
        reasoning_details: details
      })
      assert.deepStrictEqual(yield* sentTo(thought("Hm.", { field: "reasoning_details", details }), text("Monet.")), {
        role: "assistant",
        content: "Monet.",
        reasoning_details: details
      })
      assert.deepStrictEqual(yield* sentTo(thought("Hm.", { field: "reasoning_details" }), text("Monet.")), {
        role: "assistant",
        content: "Monet.",
        reasoning_details: [{ type: "reasoning.text", text: "Hm." }]
      })
    }))

  it.effect("is joined where a message has several parts of it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* sentTo(
          thought("I ", { field: "reasoning", details: details.slice(0, 1) }),
          text("Monet."),
          thought("think.", { field: "reasoning", details: details.slice(1) })
        ),
        { role: "assistant", content: "Monet.", reasoning: "I think.", reasoning_details: details }
      )
    }))

  it.effect("is content where there is nothing else, and no message where it is encrypted", () =>
    Effect.gen(function*() {
      const thinking = [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true }]
      for (const field of ["reasoning", "reasoning_details"]) {
        assert.deepStrictEqual(yield* sent(thought("Hm.", { field })), { role: "assistant", content: thinking })
      }
      assert.deepStrictEqual(yield* sent(thought("", { field: "reasoning_details", details })), {
        role: "assistant",
        content: thinking
      })
      assert.deepStrictEqual(
        yield* sentMessages([
          { role: "user", content: "Hi" },
          { role: "assistant", content: [thought("", { field: "reasoning_details", details: details.slice(1) })] },
          { role: "user", content: "Go on" }
        ]),
        [{ role: "user", content: "Hi" }, { role: "user", content: "Go on" }]
      )
    }))

  it.effect("is not sent to Mistral under those keys, which Mistral refuses", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sent(thought("Hm.", { field: "reasoning", details }), text("Monet.")), {
        role: "assistant",
        content: "Monet."
      })
      assert.deepStrictEqual((yield* sent(thought("Hm.", { field: "reasoning_content" }), text("Monet."))).content, [
        { type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true },
        { type: "text", text: "Monet." }
      ])
    }))
})

describe("the calls of an assistant message", () => {
  const args = (params: unknown) =>
    Effect.map(sent(call("aB3dE6gH9", "f", params)), ({ tool_calls }) => tool_calls?.[0]?.function.arguments)

  it.effect("are in one message with its text, in their order", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sent(call("aB3dE6gH1", "f", { x: 1 }), text("Wait."), call("aB3dE6gH2", "g", {})), {
        role: "assistant",
        content: "Wait.",
        tool_calls: [
          { id: "aB3dE6gH1", type: "function", function: { name: "f", arguments: "{\"x\":1}" } },
          { id: "aB3dE6gH2", type: "function", function: { name: "g", arguments: "{}" } }
        ]
      })
    }))

  it.effect("have an empty content where the model wrote nothing else", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* sent(call("aB3dE6gH1", "f", {}))).content, "")
    }))

  it.effect("have what the model wrote as arguments where that was no JSON", () =>
    Effect.gen(function*() {
      for (const raw of ["{\"x\": 1", "x = 1", "{\"x\": 1.0, \"x\": 2}", " "]) {
        assert.strictEqual(yield* args(raw), raw)
      }
    }))

  it.effect("have an empty object as arguments where there are none", () =>
    Effect.gen(function*() {
      for (const none of [undefined, null, "", {}]) assert.strictEqual(yield* args(none), "{}")
    }))

  it.effect("have JSON text as arguments, whatever the parameters are", () =>
    Effect.gen(function*() {
      const cycle: { self?: unknown; readonly x: number } = { x: 1 }
      cycle.self = cycle
      assert.strictEqual(yield* args([1, "a", null]), "[1,\"a\",null]")
      assert.strictEqual(yield* args(false), "false")
      assert.strictEqual(
        yield* args({ n: 12n, at: new Date(0), u: undefined }),
        "{\"n\":\"12\",\"at\":\"1970-01-01T00:00:00.000Z\"}"
      )
      assert.strictEqual(yield* args(cycle), "{\"x\":1,\"self\":\"[circular]\"}")
    }))

  it.effect("have names that Mistral accepts, no two the same, and their results have those too", () =>
    Effect.gen(function*() {
      const names = ["files.read", "a/b c", "é", "x".repeat(80), ""]
      const messages = yield* sentMessages(names.map((name, at) => ({
        role: "assistant",
        content: [call(`call_${at}`, name, {})]
      })))
      const sentNames = messages.flatMap(({ tool_calls }) => tool_calls ?? []).map((call) => call.function.name)
      assert.deepStrictEqual(sentNames, [
        "files_read_iLO8odR0M",
        "a_b_c_aa7j8j7OA",
        "__ZJniQ8PSG",
        `${"x".repeat(54)}_vk6okjVdr`,
        "_HIQo8RRkb"
      ])
      assert.deepStrictEqual(messages.flatMap(({ name, role }) => role === "tool" ? [name] : []), sentNames)
    }))

  it.effect("are left out with their results where the provider carried them out", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* sentMessages([
          {
            role: "assistant",
            content: [
              { ...call("srv_1", "web_search", { q: "Monet" }), providerExecuted: true },
              { ...result("srv_1", "web_search", { hits: 1 }), providerExecuted: true },
              text("Monet.")
            ]
          },
          { role: "tool", content: [{ ...result("srv_1", "web_search", { hits: 1 }), providerExecuted: true }] },
          { role: "user", content: "And?" }
        ]),
        [{ role: "assistant", content: "Monet." }, { role: "user", content: "And?" }]
      )
      const messages = yield* sentMessages([{
        role: "assistant",
        content: [call("srv_1", "f", {}), { ...result("srv_1", "web_search", "secret"), providerExecuted: true }]
      }])
      assert.notInclude(JSON.stringify(messages), "secret")
    }))

  it.effect("have their results also where these stand in the assistant message", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* sentMessages([{
          role: "assistant",
          content: [call("aB3dE6gH1", "f", {}), result("aB3dE6gH1", "f", "done")]
        }]),
        [
          {
            role: "assistant",
            content: "",
            tool_calls: [{ id: "aB3dE6gH1", type: "function", function: { name: "f", arguments: "{}" } }]
          },
          { role: "tool", content: "done", tool_call_id: "aB3dE6gH1", name: "f" }
        ]
      )
    }))
})

it.effect("files and approvals of an assistant message are left out, and a message of nothing else", () =>
  Effect.gen(function*() {
    const file: Part = { type: "file", mediaType: "video/mp4", data: "AQID" }
    assert.deepStrictEqual(yield* sent(file, text("A film.")), { role: "assistant", content: "A film." })
    assert.deepStrictEqual(
      yield* sentMessages([
        { role: "user", content: "Hi" },
        { role: "assistant", content: [file, { type: "tool-approval-request", approvalId: "1", toolCallId: "2" }] },
        { role: "assistant", content: [] },
        { role: "assistant", content: "" },
        { role: "assistant", content: [thought("", {})] },
        { role: "user", content: "Go on" }
      ]),
      [{ role: "user", content: "Hi" }, { role: "user", content: "Go on" }]
    )
  }))

type Part = Prompt.AssistantMessagePartEncoded
type Options = NonNullable<Parameters<typeof sentMessages>[1]>

/** The options may be anything, as in a prompt that comes from a database. */
const text = (text: string, mistral?: unknown): Part =>
  ({ type: "text", text, ...(mistral === undefined ? undefined : { options: { mistral } }) }) as Part
const thought = (text: string, mistral: unknown = {}): Part =>
  ({ type: "reasoning", text, options: { mistral } }) as Part
const call = (id: string, name: string, params: unknown): Prompt.ToolCallPartEncoded => ({
  type: "tool-call",
  id,
  name,
  params
})
const result = (id: string, name: string, result: unknown): Prompt.ToolResultPartEncoded => ({
  type: "tool-result",
  id,
  name,
  isFailure: false,
  result
})

/** Sends an assistant message that a user message follows, and returns what was sent of it. */
const sent = (...content: ReadonlyArray<Part>) => sentOver({}, content)

const sentOver = (options: Options, content: ReadonlyArray<Part>): Effect.Effect<SentMessage, unknown> =>
  Effect.map(
    sentMessages(
      [{ role: "user", content: "Hi" }, { role: "assistant", content }, { role: "user", content: "?" }],
      options
    ),
    ([, message]) => message!
  )
