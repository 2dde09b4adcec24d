import { assert, describe, it } from "@effect/vitest"
import { SseParser } from "../src/internal/stream/sse.ts"

describe("the event splitter", () => {
  for (const [name, text, events] of texts) {
    it(`${name}, in pieces of every size`, () => {
      for (const size of [...sizes, Math.max(1, text.length)]) {
        const { feed, given } = splitting()
        for (let at = 0; at < text.length; at += size) feed(text.slice(at, at + size))
        assert.deepStrictEqual(given(), events, `in pieces of ${size}`)
      }
    })
  }

  it("stops where it is told to", () => {
    const given: Array<string> = []
    const splitter = new SseParser({ onEvent: (data) => given.push(data) < 2 })
    splitter.feed("data: a\n\ndata: b\n\ndata: c\n\n")
    splitter.feed("data: d\n\n")
    splitter.end()
    assert.deepStrictEqual(given, ["a", "b"])
  })

  it("stops at an error beside other lines", () => {
    const given: Array<string> = []
    const splitter = new SseParser({ onEvent: (data, name) => (given.push(data), name !== "error") })
    splitter.feed("error: a\ndata: b\n\n{}\n")
    splitter.end()
    assert.deepStrictEqual(given, [" a\nb"])
  })

  it("says how much it holds back", () => {
    const splitter = new SseParser({ onEvent: () => true })
    splitter.feed("data: abc")
    assert.strictEqual(splitter.buffered, 9)
    splitter.feed("def\n")
    assert.strictEqual(splitter.buffered, 6)
    splitter.feed("\n")
    assert.strictEqual(splitter.buffered, 0)
  })
})

const sizes = [1, 2, 3, 7, 64]

type Event = readonly [data: string, name: string | undefined]

const splitting = () => {
  const events: Array<Event> = []
  const splitter = new SseParser({
    onEvent: (data, name) => {
      events.push([data, name])
      return true
    }
  })
  return {
    feed: (text: string) => splitter.feed(text),
    given: () => {
      splitter.end()
      return events
    }
  }
}

const texts: ReadonlyArray<readonly [name: string, text: string, events: ReadonlyArray<Event>]> = [
  ["joins data lines with line feeds", "data: a\ndata:\ndata: b\n\n", [["a\n\nb", undefined]]],
  ["strips one space only", "data:  a \n\n", [[" a ", undefined]]],
  ["keeps a colon in the data", "data:a:b: c\n\n", [["a:b: c", undefined]]],
  ["takes a field without a colon for an empty one", "data\ndata\n\n", [["\n", undefined]]],
  ["forgets a name with its event", "event: x\ndata: a\n\ndata: b\n\n", [["a", "x"], ["b", undefined]]],
  ["forgets a name whose event has no data", "event: x\n\ndata: b\n\n", [["b", undefined]]],
  ["takes the last name", "event: x\nevent: y\ndata: a\n\n", [["a", "y"]]],
  ["gives nothing for no data", "\n\n: a\n\nid: 1\n\nretry: 2\n\n", []],
  ["gives the last event without its empty line", "data: a\n\ndata: b", [["a", undefined], ["b", undefined]]],
  ["ends lines with CR", "data: a\r\rdata: b\r\r", [["a", undefined], ["b", undefined]]],
  ["ends lines with CR LF", "data: a\r\n\r\ndata: b\r\n\r\n", [["a", undefined], ["b", undefined]]],
  ["counts CR LF once", "data: a\r\ndata: b\r\n\r\n", [["a\nb", undefined]]],
  ["counts LF CR twice", "data: a\n\rdata: b\n\r", [["a", undefined], ["b", undefined]]],
  ["gives a field `error` as an event of that name", "error: a\n\nerror:b\r\nError: c", [
    [" a", "error"],
    ["b", "error"],
    [" c", "error"]
  ]],
  ["gives what came before a field `error` first", "event: x\ndata: a\nerror: b\n\n", [["a", "x"], [" b", "error"]]],
  ["gives nothing for a field `error` that says nothing", "error:\n\nerror: null\nerror: \"\"\nerror: {} \n\n", []],
  ["gives lines that are JSON at once", "{\"a\":1}\n[2]\ndata: b\n\n {}", [
    ["{\"a\":1}", undefined],
    ["[2]", undefined],
    ["b", undefined],
    [" {}", undefined]
  ]],
  ["gives what came before a line that is JSON first", "data: a\n{}\n\n", [["a", undefined], ["{}", undefined]]],
  ["joins JSON over lines", "{\n  \"a\": [\n    1\n  ]\n}\n\ndata: b\n\n", [["{  \"a\": [    1  ]}", undefined], [
    "b",
    undefined
  ]]],
  ["forgets lines that only begin like JSON", "{a\ndata: b\n\n[a\n\ndata: c\n\n{", [["b", undefined], [
    "c",
    undefined
  ]]],
  ["takes [DONE] without a field", "[DONE]\n", [["[DONE]", undefined]]],
  ["keeps other line separators", "data: a\u2028b\u0085c\vd\fe\n\n", [["a\u2028b\u0085c\vd\fe", undefined]]]
]
