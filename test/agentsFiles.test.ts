/** The files for coding agents have the form that a reader can rely on. */
import { assert, describe, it } from "@effect/vitest"
import { documents } from "./documents/documents.ts"

const files = documents.filter(({ path }) => /^packages\/\w+\/AGENTS\.md$/.test(path))

describe("the files for coding agents", () => {
  it("are there", () => assert.isAtLeast(files.length, 5))

  for (const { path, sections, text } of files) {
    it(`are short, begin with programs and name the traps: ${path}`, () => {
      assert.isAtMost(text.split("\n").length, 201)
      assert.match(text, /^# @effect-mistral\/\w+/)
      assert.isAtLeast(text.match(/^```ts$/gm)?.length ?? 0, 5)
      const traps = sections.find(({ heading }) => /traps/i.test(heading))
      assert.isAtLeast(traps?.text.match(/^- /gm)?.length ?? 0, 5)
      assert.isDefined(sections.find(({ heading }) => /further/i.test(heading)))
    })
  }
})
