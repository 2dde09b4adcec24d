import type * as Message from "@effect-mistral/core/Message"
import { assert, describe, it } from "@effect/vitest"
import { calledTools } from "../../src/internal/completion/calledTools.ts"
import { makeRandom } from "../../src/internal/random/random.ts"
import { ask } from "../support.ts"

const tool = (name: string, description?: string) => ({
  type: "function" as const,
  function: { name, parameters: {}, ...(description === undefined ? undefined : { description }) }
})

const tools = [
  tool("get_weather", "The weather of a city"),
  tool("getCurrentTime", "Returns the current time in a given time zone"),
  tool("cancel_order", "Cancels an order"),
  tool("get_order", "Gets an order by its id"),
  tool("list_orders", "Lists the orders of a customer"),
  tool("send_email", "Send an email to a recipient. Use it when the user asks to mail someone."),
  tool("search_web", "Searches the internet for recent news and pages about a topic"),
  tool("lookup_fact", "The capital of a country"),
  tool("create_poll")
]

const names = (request: ReturnType<typeof ask>, always = false, seed = "1") =>
  calledTools(request, always)(makeRandom(seed)).map((called) => called.function.name)

describe("the tools that a question calls", () => {
  for (
    const [question, expected] of [
      ["What's the weather in Paris?", ["get_weather"]],
      ["Compare the weathers of Paris and Oslo", ["get_weather"]],
      ["What time is it in Oslo?", ["getCurrentTime"]],
      ["What is the weather, and what time is it?", ["get_weather", "getCurrentTime"]],
      ["Use getCurrentTime", ["getCurrentTime"]],
      ["Cancel my order 12", ["cancel_order"]],
      ["Where is my order?", ["get_order"]],
      ["List all orders of this customer", ["list_orders"]],
      ["Email Ada", ["send_email"]],
      ["Search for the latest news", ["search_web"]],
      ["What is the capital of France?", ["lookup_fact"]],
      ["Tell me about fog", []],
      ["Hello! How are you today?", []],
      ["Write and send a poem", []],
      ["Create a haiku", []],
      ["What can you do for me?", []]
    ] as const
  ) {
    it(`are ${expected.length === 0 ? "none" : expected.join(" and ")}: ${question}`, () => {
      assert.deepStrictEqual(names(ask(question, { tools })), [...expected])
    })
  }

  it("are at most one if the request wants one at a time", () => {
    const question = "What is the weather, and what time is it?"
    assert.lengthOf(names(ask(question, { tools, parallel_tool_calls: false })), 1)
  })

  it("have names that are words of the question, not parts of words", () => {
    assert.deepStrictEqual(names(ask("A category", { tools: [tool("cat")] })), [])
    const status = [tool("get_order"), tool("get_order_status")]
    assert.deepStrictEqual(names(ask("Use get_order_status", { tools: status })), ["get_order_status"])
  })

  it("are some in any case if tools are always called, but none after a result", () => {
    const request = ask("Hello!", { tools })
    const all = new Set(Array.from({ length: 100 }, (_, seed) => names(request, true, String(seed))[0]))
    assert.isAbove(all.size, 5)
    const messages: ReadonlyArray<Message.Message> = [
      ...request.messages,
      { role: "assistant", content: "", tool_calls: [{ id: "abcdefghi", function: { name: "x", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "abcdefghi", content: "done" }
    ]
    assert.deepStrictEqual(names({ ...request, messages }, true), [])
    assert.lengthOf(names({ ...request, messages, tool_choice: "any" }), 1)
    assert.deepStrictEqual(names({ ...request, tool_choice: "none" }, true), [])
  })
})
