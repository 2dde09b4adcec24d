import type { JsonSchema } from "./jsonSchema.ts"

/** What was made of an object or a list by a schema. */
export class Restored<A> {
  readonly #known = new WeakMap<object, Map<JsonSchema, A>>()

  get(schema: JsonSchema, json: object, make: () => A): A {
    let bySchema = this.#known.get(json)
    if (bySchema === undefined) this.#known.set(json, bySchema = new Map())
    let made = bySchema.get(schema)
    if (made === undefined) bySchema.set(schema, made = make())
    return made
  }
}
