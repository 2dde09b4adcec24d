import type { JsonSchema } from "./jsonSchema.ts"

/** Results for objects and lists, by their schema. */
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

/**
 * The latest result of each schema: of JSON that grows, the finished parts are the same objects each time. It
 * remembers no more than that, because a weak map of all objects costs garbage collection more than it saves.
 */
export class Latest<A> {
  readonly #last = new Map<JsonSchema, { readonly from: object; readonly made: A }>()

  get(schema: JsonSchema, json: object, make: () => A): A {
    const last = this.#last.get(schema)
    if (last?.from === json) return last.made
    const made = make()
    this.#last.set(schema, { from: json, made })
    return made
  }
}

/**
 * Makes lists of lists that grow: the items that were there the last time are taken from the list that was made then.
 */
export class GrowingLists {
  readonly #last = new Map<
    JsonSchema,
    { readonly from: ReadonlyArray<unknown>; readonly made: ReadonlyArray<unknown> }
  >()

  /** A list with what is made of each item; it ends before an item of which nothing is made. */
  map(
    schema: JsonSchema,
    from: ReadonlyArray<unknown>,
    make: (item: unknown, at: number) => { readonly value: unknown } | undefined
  ): ReadonlyArray<unknown> {
    const { from: before = [], made: known = [] } = this.#last.get(schema) ?? {}
    let at = 0
    while (at < known.length && at < from.length && before[at] === from[at]) at++
    const made = known.slice(0, at)
    for (; at < from.length; at++) {
      const one = make(from[at], at)
      if (one === undefined) break
      made.push(one.value)
    }
    this.#last.set(schema, { from, made })
    return made
  }
}
