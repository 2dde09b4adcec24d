import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { makePartialJson } from "../src/internal/object/partialJson.ts"

const cuts = Schema.Array(Schema.Finite)

describe("a JSON text read in pieces", () => {
  it.prop("is at its end the value that JSON.parse gives", { value: Schema.Json, cuts }, ({ cuts, value }) => {
    for (const text of writings(value)) {
      const json = makePartialJson()
      for (const piece of cut(text, cuts)) assert.isTrue(json.feed(piece))
      assert.deepStrictEqual(json.value(), JSON.parse(text))
    }
  })

  it.prop("is at every moment the beginning of its end", { value: Schema.Json, cuts }, ({ cuts, value }) => {
    const text = JSON.stringify(value) + "\n"
    const json = makePartialJson()
    let before: unknown
    for (const piece of cut(text, cuts)) {
      json.feed(piece)
      const now = json.value()
      assert.isTrue(isBeginning(now, value), `${JSON.stringify(now)} of ${text}`)
      assert.isTrue(isBeginning(before, now), `${JSON.stringify(before)} before ${JSON.stringify(now)}`)
      before = now
    }
    assert.deepStrictEqual(before, JSON.parse(text))
  })

  it.prop("never changes a value it gave out", { value: Schema.Json }, ({ value }) => {
    const json = makePartialJson()
    const given: Array<readonly [value: unknown, then: string | undefined]> = []
    for (const character of JSON.stringify(value) + "\n") {
      json.feed(character)
      given.push([json.value(), JSON.stringify(json.value())])
    }
    for (const [value, then] of given) assert.strictEqual(JSON.stringify(value), then)
  })

  it("never changes a value it gave out, though what is finished is shared", () => {
    const json = makePartialJson()
    json.feed("{\"done\":{\"a\":[1,2]},\"open\":[{\"b\":1}")
    const first = json.value() as { readonly done: object; readonly open: ReadonlyArray<object> }
    const then = JSON.stringify(first)
    json.feed(",{\"c\":2}],\"more\":true}")
    const last = json.value() as typeof first
    assert.strictEqual(JSON.stringify(first), then)
    assert.strictEqual(then, "{\"done\":{\"a\":[1,2]},\"open\":[{\"b\":1}]}")
    assert.strictEqual(last.done, first.done)
    assert.strictEqual(last.open[0], first.open[0])
    assert.deepStrictEqual(last as object, { done: { a: [1, 2] }, open: [{ b: 1 }, { c: 2 }], more: true })
  })

  for (const [text, values] of Object.entries(growing)) {
    it(`grows as it is written: ${text}`, () => {
      const json = makePartialJson()
      const seen: Array<unknown> = []
      for (const character of text.split("")) {
        assert.isTrue(json.feed(character))
        const value = json.value()
        if (JSON.stringify(value) !== JSON.stringify(seen.at(-1))) seen.push(value)
      }
      assert.deepStrictEqual(seen, values)
    })
  }

  it("is undefined before its first character, and a number at its root only once something follows", () => {
    const json = makePartialJson()
    assert.isUndefined(json.value())
    assert.isTrue(json.feed(" "))
    assert.isTrue(json.feed("12"))
    assert.isUndefined(json.value())
    assert.isTrue(json.feed("3 "))
    assert.strictEqual(json.value(), 123)
  })

  for (const text of escapes) {
    it(`is right wherever ${JSON.stringify(text)} is cut`, () => {
      for (let first = 0; first <= text.length; first++) {
        for (let second = first; second <= text.length; second++) {
          const json = makePartialJson()
          for (const piece of [text.slice(0, first), text.slice(first, second), text.slice(second)]) {
            assert.isTrue(json.feed(piece))
          }
          assert.deepStrictEqual(json.value(), JSON.parse(text))
        }
      }
    })
  }

  it("holds an own key named __proto__, open or not, and changes no prototype", () => {
    const json = makePartialJson()
    for (const character of "{\"__proto__\":{\"polluted\":1}}") {
      json.feed(character)
      const value = json.value()
      if (value === undefined) continue
      assert.strictEqual(Object.getPrototypeOf(value), Object.prototype, JSON.stringify(value))
      assert.isUndefined((value as { readonly polluted?: unknown }).polluted)
    }
    assert.deepStrictEqual(Object.keys(json.value() as object), ["__proto__"])
    assert.isUndefined(({} as { readonly polluted?: unknown }).polluted)
  })

  for (const text of invalid) {
    it(`is broken for good by ${JSON.stringify(text)}, however it is cut`, () => {
      for (let size = 1; size <= text.length; size++) {
        const json = makePartialJson()
        const answers = cutEvery(text, size).map((piece) => json.feed(piece))
        assert.isFalse(answers.at(-1))
        const value = JSON.stringify(json.value())
        assert.isFalse(json.feed("]"))
        assert.isFalse(json.feed("\"a\""))
        assert.strictEqual(JSON.stringify(json.value()), value)
      }
    })
  }

  it.prop(
    "never throws, is the same however it is cut, and takes every text that JSON.parse takes",
    { picks: Schema.Array(Schema.Int) },
    ({ picks }) => {
      const text = picks.map((pick) => alphabet[Math.abs(pick) % alphabet.length]).join("")
      const whole = makePartialJson()
      const taken = whole.feed(text)
      const pieces = makePartialJson()
      let takenInPieces = true
      for (const character of text) takenInPieces = pieces.feed(character)
      assert.strictEqual(takenInPieces, taken)
      // Nothing is asserted for a broken piece: the value there is that of the pieces before.
      if (taken) assert.deepStrictEqual(pieces.value(), whole.value())
      const parsed = parse(text)
      if (parsed === undefined) return
      assert.isTrue(whole.feed(" "))
      assert.deepStrictEqual(whole.value(), parsed)
    },
    { arbitrary: { runs: 2000 } }
  )

  it("does work in proportion to its length, though its value is read after every character", () => {
    const length = 200_000
    const text = `{"text":"${"abcdefghi\\n".repeat(length / 11)}"}`
    const original = JSON.parse
    let parsed = 0
    // All decoding is done by JSON.parse: the characters it is given measure the work.
    JSON.parse = (piece: string, ...more) => {
      parsed += piece.length
      return original(piece, ...more)
    }
    try {
      const json = makePartialJson()
      for (let at = 0; at < text.length; at++) {
        assert.isTrue(json.feed(text[at]!))
        json.value()
      }
      assert.deepStrictEqual(json.value(), original(text))
    } finally {
      JSON.parse = original
    }
    assert.isAbove(parsed, text.length)
    assert.isBelow(parsed, 10 * text.length)
  })

  it("takes a nesting of ten thousand without an overflow", () => {
    const json = makePartialJson()
    assert.isTrue(json.feed("[".repeat(10_000)))
    assert.isTrue(json.feed("]".repeat(10_000)))
    let depth = 0
    for (let at = json.value(); Array.isArray(at); at = at[0]) depth++
    assert.strictEqual(depth, 10_000)
  })
})

/** A value as compact text and with white space. A number or a word at the root ends with the white space after it. */
const writings = (value: unknown): ReadonlyArray<string> => [
  JSON.stringify(value) + " ",
  `\t\r\n ${JSON.stringify(value, undefined, 2)} \n`
]

const cut = (whole: string, cuts: ReadonlyArray<number>): ReadonlyArray<string> => {
  const places = [0, ...cuts.map((cut) => Math.abs(Math.trunc(cut)) % (whole.length + 1)), whole.length]
    .sort((a, b) => a - b)
  return places.slice(1).map((end, i) => whole.slice(places[i], end))
}

const cutEvery = (whole: string, size: number): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size))

/** Whether a value can grow into another: texts and arrays at their end, objects by keys, the rest not at all. */
const isBeginning = (part: unknown, whole: unknown): boolean => {
  if (part === undefined) return true
  if (typeof part === "string") return typeof whole === "string" && whole.startsWith(part)
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.length <= whole.length && part.every((item, i) => isBeginning(item, whole[i]))
  }
  if (typeof part === "object" && part !== null) {
    return typeof whole === "object" && whole !== null && !Array.isArray(whole) &&
      Object.entries(part).every(([key, value]) =>
        Object.hasOwn(whole, key) && isBeginning(value, (whole as Record<string, unknown>)[key])
      )
  }
  // A minus zero is written as a zero.
  return part === whole
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const growing: Record<string, ReadonlyArray<unknown>> = {
  "{\"a\":\"xy\",\"b\":[1,true]}": [
    {},
    { a: "" },
    { a: "x" },
    { a: "xy" },
    { a: "xy", b: [] },
    { a: "xy", b: [1] },
    { a: "xy", b: [1, true] }
  ],
  "[[],[\"\"],{}]": [[], [[]], [[], []], [[], [""]], [[], [""], {}]],
  "\"a\\u0062\\n\"": ["", "a", "ab", "ab\n"],
  "[12.5e3,null]": [[], [12500], [12500, null]],
  "{\"a\":{\"b\":{\"c\":1}}}": [{}, { a: {} }, { a: { b: {} } }, { a: { b: { c: 1 } } }]
}

const escapes: ReadonlyArray<string> = [
  "\"\\\\\\\"\\/\\b\\f\\n\\r\\t\"",
  "\"\\ud83d\\ude00 \\u00e9\"",
  "\"😀é\"",
  "[\"\\\\\",\"\\\\u0041\",\"\\\\\\u0041\"]",
  "\"\\ud83d x \\ude00\"",
  "{\"\\u0061\\\"\":\"\\\\\\\\\"}"
]

const invalid: ReadonlyArray<string> = [
  "}",
  "]",
  ",",
  ":",
  "[,",
  "[1,]",
  "[1 2 ",
  "[1:",
  "[}",
  "{]",
  "{1 ",
  "{,",
  "{\"a\"}",
  "{\"a\",",
  "{\"a\":}",
  "{\"a\":1,}",
  "{\"a\":1 \"b\"",
  "{\"a\" \"b\"",
  "{\"a\":1]",
  "{'a'",
  "[01,",
  "[1.,",
  "[+1,",
  "[tru,",
  "[nul]",
  "[NaN,",
  "[undefined,",
  "\"a\nb",
  "\"a\u0000",
  "\"\\x",
  "\"\\u00g",
  "\"\\u12\"",
  "\"a\" \"b\"",
  "{} {",
  "[] 1",
  "1 2 ",
  "// a",
  "[1/",
  "\u00a0[",
  "[\u000b1",
  "\ufeff["
]

const alphabet = [..."{}[]\",:\\ 01e-."].concat("true", "null", "\\u00", "\"a\"", "a")
