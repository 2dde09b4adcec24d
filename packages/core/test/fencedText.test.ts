import { assert, describe, it } from "@effect/vitest"
import { makeFencedText, unfenced } from "../src/internal/object/fencedText.ts"

const json = "{\"code\":\"```js\\nlet a = {}\\n```\",\"list\":[{\"b\":\"}\"}],\"c\":\"\\\\\"}"

const fenced: Readonly<Record<string, string>> = {
  "alone": `\`\`\`json\n${json}\n\`\`\``,
  "with text before and after": `Here it is {as JSON}:\n\n\`\`\`json\n${json}\n\`\`\`\nI hope that it helps: {}.`,
  "with tildes": `~~~json\n${json}\n~~~`,
  "with an uppercase language": `\`\`\`JSON\n${json}\n\`\`\``,
  "with another name of JSON": `\`\`\`json5\n${json}\n\`\`\``,
  "without a language": `\`\`\`\n${json}\n\`\`\``,
  "with words after the language": `\`\`\`json title="answer.json"\n${json}\n\`\`\``,
  "with CRLF": `Here:\r\n\`\`\`json\r\n${json}\r\n\`\`\`\r\n`,
  "that is not closed": `\`\`\`json\n${json}`,
  "that is longer": `\`\`\`\`json\n${json}\n\`\`\`\``,
  "that is indented": `1. It is\n   \`\`\`json\n   ${json}\n   \`\`\``,
  "in a quote": `> \`\`\`json\n${json}\n> \`\`\``,
  "that is closed on the same line": `\`\`\`json\n${json}\`\`\``,
  "on one line": `\`\`\`json ${json} \`\`\``,
  "on one line without a language": `It is \`\`\`${json}\`\`\`.`,
  "that begins at the end of a line": `Here is the JSON: \`\`\`json\n${json}\n\`\`\``,
  "after a fence in a sentence": `Text between \`\`\` and \`\`\` is code:\n\`\`\`json\n${json}\n\`\`\``,
  "after an unclosed fence in a sentence": `A fence begins with \`\`\` on a line:\n\`\`\`json\n${json}\n\`\`\``,
  "after a fence of another language": `\`\`\`ts\nconst a = {}\n\`\`\`\n\n\`\`\`json\n${json}\n\`\`\``,
  "after a fence of something else": `\`\`\`\nnpm install\n\`\`\`\n\`\`\`\n${json}\n\`\`\``,
  "after empty lines": `\n\n\`\`\`json\n\n  ${json}\n\`\`\``,
  "before another": `\`\`\`json\n${json}\n\`\`\`\n\`\`\`json\n{"other":1}\n\`\`\``,
  "that is absent": json,
  "that is absent, with white space": `\n ${json}`
}

describe("JSON in a markdown fence", () => {
  for (const [name, text] of Object.entries(fenced)) {
    it(`${name} is taken out of it`, () => {
      assert.deepStrictEqual(JSON.parse(unfenced(text)), JSON.parse(json))
      for (let cut = 0; cut <= text.length; cut++) {
        const fence = makeFencedText()
        assert.strictEqual((fence.feed(text.slice(0, cut)) + fence.feed(text.slice(cut))).trim(), json)
      }
      const fence = makeFencedText()
      assert.strictEqual([...text].map((character) => fence.feed(character)).join("").trim(), json)
    })
  }

  it("stays as it is where there is no fence and no object at the beginning", () => {
    for (const text of ["", "no", `It is ${json}`, "```ts\nlet a\n```", "`{}`", "```json"]) {
      assert.strictEqual(unfenced(text), text)
    }
  })

  it("is as incomplete as it came", () => {
    assert.strictEqual(unfenced("```json\n{\"a\":[1"), "{\"a\":[1")
    assert.strictEqual(unfenced("{\"a\":1} and more"), "{\"a\":1} and more")
  })

  it("costs time in proportion to the text", () => {
    const fence = makeFencedText()
    const line = `${"word ".repeat(2000)}\n`
    for (let at = 0; at < 2000; at++) fence.feed(line)
    assert.strictEqual(fence.feed("```json\n{}"), "{}")
  })
})
