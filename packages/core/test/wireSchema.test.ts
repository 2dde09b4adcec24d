import * as WireSchema from "@effect-mistral/core/WireSchema"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

describe("WireSchema", () => {
  const schemas: Record<string, readonly [Schema.Codec<unknown>, fits: Array<unknown>, doesNotFit: Array<unknown>]> = {
    "looseStruct takes unknown keys": [
      WireSchema.looseStruct({ a: Schema.String }),
      [{ a: "" }, { a: "", b: 1, c: null }],
      [{}, { a: 1 }, { b: "" }, null, []]
    ],
    "openEnum takes every string": [WireSchema.openEnum("a", "b"), ["a", "b", "c", ""], [1, null, undefined]],
    "nullish takes an absent key and null, and not undefined": [
      Schema.Struct({ a: WireSchema.nullish(Schema.String) }),
      [{}, { a: null }, { a: "" }],
      [{ a: undefined }, { a: 1 }]
    ],
    "nullable takes an absent key, undefined and null": [
      Schema.Struct({ a: WireSchema.nullable(Schema.String) }),
      [{}, { a: undefined }, { a: null }, { a: "" }],
      [{ a: 1 }]
    ]
  }
  for (const [name, [schema, fits, doesNotFit]] of Object.entries(schemas)) {
    it(name, () => {
      for (const value of fits) assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(value), value)
      for (const value of doesNotFit) assert.isFalse(Schema.is(schema)(value), JSON.stringify(value))
    })
  }
})
