/** How the page reads responses, without a browser. */
import { assert, describe, it } from "@effect/vitest"
import { makeAnswer, partsOf } from "../../page/answer.js"
import { makeSseParser } from "../../page/sse.js"

/** The answer to the chunks of a stream, sent in pieces of a length. */
const streamed = (deltas: ReadonlyArray<object>, size = Infinity) => {
  const chunks = deltas.map((delta, at) => ({
    choices: [{ index: 0, delta, finish_reason: at === deltas.length - 1 ? "stop" : null }]
  }))
  const text = [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("")
  const answer = makeAnswer()
  for (let at = 0; at < text.length; at += Math.min(size, text.length)) {
    answer.push(text.slice(at, at + Math.min(size, text.length)))
  }
  return answer
}

const partsOfStream = (deltas: ReadonlyArray<object>, size?: number) => streamed(deltas, size).choices[0]?.parts

describe("the answer of a stream", () => {
  for (const size of [1, 7, Infinity]) {
    it(`is the text of its chunks, in pieces of ${size} characters`, () => {
      const answer = streamed([{ role: "assistant", content: "" }, { content: "Paris" }, { content: " is it." }], size)
      assert.deepStrictEqual(answer.choices, [{
        parts: [{ kind: "text", text: "Paris is it." }],
        finishReason: "stop"
      }])
      assert.deepStrictEqual(answer.state, { chunks: 3, done: true, error: undefined })
    })
  }

  it("tells thinking from text", () => {
    const thinking = (text: string) => ({ content: [{ type: "thinking", thinking: [{ type: "text", text }] }] })
    assert.deepStrictEqual(
      partsOfStream([thinking("Which"), thinking(" city?"), { content: [{ type: "text", text: "Par" }] }, {
        content: "is."
      }]),
      [{ kind: "thinking", text: "Which city?" }, { kind: "text", text: "Paris." }]
    )
  })

  it("has tool calls that come whole, without an index", () => {
    const call = (id: string, city: string) => ({
      id,
      function: { name: "get_weather", arguments: `{"city":"${city}"}` }
    })
    assert.deepStrictEqual(partsOfStream([{ content: "" }, { tool_calls: [call("a", "Paris"), call("b", "Rome")] }]), [
      { kind: "call", call: { id: "a", name: "get_weather", given: "{\"city\":\"Paris\"}", index: undefined } },
      { kind: "call", call: { id: "b", name: "get_weather", given: "{\"city\":\"Rome\"}", index: undefined } }
    ])
  })

  it("puts the fragments of tool calls together by their index", () => {
    const fragment = (index: number, name: string, given: string, id?: string) => ({
      tool_calls: [{ index, ...(id === undefined ? undefined : { id }), function: { name, arguments: given } }]
    })
    assert.deepStrictEqual(
      partsOfStream([
        fragment(0, "one", "", "a"),
        fragment(1, "two", "", "b"),
        fragment(0, "", "{\"x\""),
        fragment(1, "", "{}"),
        fragment(0, "", ":1}")
      ]),
      [
        { kind: "call", call: { id: "a", name: "one", given: "{\"x\":1}", index: 0 } },
        { kind: "call", call: { id: "b", name: "two", given: "{}", index: 1 } }
      ]
    )
  })

  it("keeps choices apart", () => {
    const answer = makeAnswer()
    const chunk = (index: number, content: string) => ({
      choices: [{ index, delta: { content }, finish_reason: null }]
    })
    for (const one of [chunk(0, "a"), chunk(1, "b"), chunk(0, "c")]) answer.push(`data: ${JSON.stringify(one)}\n\n`)
    assert.deepStrictEqual(answer.choices.map(({ parts }) => parts), [
      [{ kind: "text", text: "ac" }],
      [{ kind: "text", text: "b" }]
    ])
  })

  it("says what its error event says, and that an event is not JSON", () => {
    const answer = makeAnswer()
    answer.push("event: error\ndata: {\"object\":\"error\",\"message\":\"Service unavailable.\"}\n\n")
    assert.strictEqual(answer.state.error, "Service unavailable.")
    answer.push("data: {\"cho\n\n")
    assert.strictEqual(answer.state.error, "An event is not JSON: {\"cho")
  })
})

describe("the answer of a whole response", () => {
  const body = {
    choices: [{
      index: 0,
      message: { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: { x: 1 } } }] },
      finish_reason: "tool_calls"
    }]
  }

  it("is read when its last brace has come", () => {
    const answer = makeAnswer()
    const text = JSON.stringify(body)
    answer.push(text.slice(0, 40))
    assert.deepStrictEqual(answer.choices, [])
    answer.push(text.slice(40))
    assert.deepStrictEqual(answer.choices, [{
      parts: [{ kind: "call", call: { id: "a", name: "f", given: "{\"x\":1}", index: undefined } }],
      finishReason: "tool_calls"
    }])
  })

  it("may be an error of any form, and may be no JSON", () => {
    const errorOf = (text: string) => {
      const answer = makeAnswer()
      answer.push(text)
      return answer.state.error
    }
    assert.strictEqual(errorOf("{\"object\":\"error\",\"message\":\"Invalid model: x\"}"), "Invalid model: x")
    assert.strictEqual(errorOf("{\"detail\":\"Unauthorized\"}"), "Unauthorized")
    assert.strictEqual(errorOf("{\"object\":\"error\",\"message\":{\"detail\":[1]}}"), "{\"detail\":[1]}")
    assert.strictEqual(errorOf("<html>}"), undefined)
  })
})

describe("a message", () => {
  it("shows content that is neither text nor thinking in one line, cut if it is long", () => {
    const [image] = partsOf({
      content: [{ type: "image_url", image_url: "data:image/png;base64," + "A".repeat(1000) }]
    })
    assert.strictEqual(image?.kind, "other")
    assert.isTrue(image?.kind === "other" && image.text.length < 400 && image.text.includes("characters"))
  })

  it("may be anything", () => {
    for (
      const value of [null, undefined, 1, "text", [], { content: 1 }, { content: [null, 1] }, { tool_calls: [null] }]
    ) {
      assert.isArray(partsOf(value))
    }
  })
})

describe("server-sent events", () => {
  it("are parsed across pieces and kinds of line ends, with names, and without comments", () => {
    const text = ": hello\r\nevent: a\r\ndata: 1\r\ndata:2\r\n\r\ndata: 3\n\nid: 4\n\ndata\r\r"
    for (let size = 1; size <= text.length; size++) {
      const events: Array<readonly [string, string]> = []
      const parse = makeSseParser((data, name) => events.push([data, name]))
      for (let at = 0; at < text.length; at += size) parse(text.slice(at, at + size))
      // The last line end may still become one of two characters.
      parse("\n")
      assert.deepStrictEqual(events, [["1\n2", "a"], ["3", ""], ["", ""]], `in pieces of ${size}`)
    }
  })
})
