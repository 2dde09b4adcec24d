import type * as Schema from "effect/Schema"

/**
 * JSON that a model has not finished: the encoded form `E` of a schema, with parts that may still be missing, at every
 * depth.
 *
 * *Details*: a key may be absent, and a list or a tuple may end early. A string may be the beginning of one, so that
 * literals and brands of strings are strings. `undefined` is an absent key, and `null` elsewhere. `Date` and `bigint` are
 * strings in JSON; another value that is not plain (`Option`, `ReadonlySet`, `Duration`) may be any `Schema.Json`.
 *
 * @category models
 * @since 0.1.0
 */
export type PartialJson<E> = [Schema.Json] extends [E] ? Schema.Json : PartialOf<E>

/** For each member of a union. */
type PartialOf<E> = E extends string | bigint | symbol | Date ? string
  : E extends number ? number
  : E extends boolean ? boolean
  : E extends null | undefined ? null
  : E extends ReadonlyArray<unknown> ? PartialItems<E>
  : IsPlain<E> extends true ? PartialObject<E>
  : Schema.Json

type PartialObject<E> = {
  readonly [Key in keyof E]?: PartialJson<{} extends Pick<E, Key> ? Exclude<E[Key], undefined> : E[Key]>
}

type PartialItems<E extends ReadonlyArray<unknown>> = E extends readonly [] ? readonly []
  : E extends readonly [infer Item, ...infer Rest] ? readonly [PartialJson<Item>?, ...PartialItems<Rest>]
  : number extends E["length"] ? ReadonlyArray<PartialJson<E[number]>>
  : E extends readonly [(infer Item)?, ...infer Rest] ? readonly [PartialJson<Item>?, ...PartialItems<Rest>]
  : ReadonlyArray<PartialJson<E[number]>>

/** Whether a type is that of plain objects: one that has no methods and no symbols as keys. */
type IsPlain<E> = [Extract<keyof E, symbol>] extends [never] ? true extends {
    [Key in keyof E]-?: [E[Key]] extends [never] ? false : unknown extends E[Key] ? false
    : NonNullable<E[Key]> extends (...args: never) => unknown ? true
    : false
  }[keyof E] ? false
  : true
  : false
