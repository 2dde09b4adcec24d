import { assert, describe, it } from "@effect/vitest"
import { pythonText } from "../../src/internal/json/pythonText.ts"
import { keywordProblem } from "../../src/internal/json/schemaKeywords.ts"

describe("a JSON Schema of draft 7", () => {
  const bad: ReadonlyArray<readonly [schema: unknown, problem: string]> = [
    ["string", "'string' is not of type 'object', 'boolean'"],
    [{ type: "text" }, "'text' is not valid under any of the given schemas"],
    [{ type: ["string", "string"] }, "['string', 'string'] is not valid under any of the given schemas"],
    [{ type: [] }, "[] is not valid under any of the given schemas"],
    [{ minimum: "1" }, "'1' is not of type 'number'"],
    [{ exclusiveMaximum: true }, "True is not of type 'number'"],
    [{ minLength: 1.5 }, "1.5 is not of type 'integer'"],
    [{ maxItems: -1 }, "-1 is less than the minimum of 0"],
    [{ multipleOf: 0 }, "0 is less than or equal to the minimum of 0"],
    [{ uniqueItems: null }, "None is not of type 'boolean'"],
    [{ enum: "a" }, "'a' is not of type 'array'"],
    [{ required: true }, "True is not of type 'array'"],
    [{ required: ["a", 1] }, "1 is not of type 'string'"],
    [{ required: ["a", "a"] }, "['a', 'a'] has non-unique elements"],
    [{ properties: [] }, "[] is not of type 'object'"],
    [{ anyOf: [] }, "[] should be non-empty"],
    [{ anyOf: { type: "string" } }, "{'type': 'string'} is not of type 'array'"],
    [{ dependencies: { a: [1] } }, "[1] is not valid under any of the given schemas"],
    [{ items: [{ title: 1 }] }, "[{'title': 1}] is not valid under any of the given schemas"],
    [{ properties: { a: { not: { type: 1 } } } }, "1 is not valid under any of the given schemas"],
    // The problem that is closest to the root is named.
    [{ properties: { a: { type: 1 } }, title: 2 }, "2 is not of type 'string'"]
  ]
  for (const [schema, problem] of bad) {
    it(`is none because ${problem}`, () => assert.strictEqual(keywordProblem(schema), problem))
  }

  it("may have every keyword of the draft, those of others, and properties of any name", () => {
    for (
      const schema of [
        true,
        {},
        {
          $schema: "http://json-schema.org/draft-07/schema#",
          type: ["object", "null"],
          properties: { type: { type: "string" }, required: { items: [{ minLength: 0 }, true] }, items: false },
          required: [],
          additionalProperties: false,
          patternProperties: { "^a": { enum: [1, null] } },
          dependencies: { a: ["b"], b: { minProperties: 1 } },
          allOf: [{ if: { const: 1 }, else: { not: {} } }],
          default: { type: 1 },
          examples: [],
          $defs: { a: 1 },
          nullable: "yes"
        }
      ]
    ) assert.isUndefined(keywordProblem(schema))
  })

  it("may be as deep as a body may be", () => {
    let deep: unknown = { type: 1 }
    for (let level = 0; level < 400; level++) deep = level % 2 === 0 ? { items: deep } : { anyOf: [deep] }
    assert.isDefined(keywordProblem(deep))
  })
})

describe("a JSON value as Python writes it", () => {
  it("has Python's words and quotes", () => {
    for (
      const [value, text] of [
        [{ a: [1, 1.5, true, false, null] }, "{'a': [1, 1.5, True, False, None]}"],
        ["it's", "\"it's\""],
        ["it's \"so\"", "'it\\'s \"so\"'"],
        ["a\nb\\", "'a\\nb\\\\'"]
      ] as const
    ) assert.strictEqual(pythonText(value), text)
  })
})
