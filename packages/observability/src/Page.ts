/**
 * The two ways in which long lists come: feeds, read on by a cursor, and pages with numbers.
 *
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"

/**
 * A part of a feed. `cursor` leads to what comes after it; the last part has none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Feed<out A> {
  readonly results?: ReadonlyArray<A> | null
  readonly next?: string | null
  readonly cursor?: string | null
}

/**
 * A part of a feed.
 *
 * @category schemas
 * @since 0.1.0
 */
export const feed = <A>(item: Schema.Codec<A>): Schema.Codec<Feed<A>> =>
  WireSchema.looseStruct({
    results: WireSchema.nullish(Schema.Array(item)),
    next: WireSchema.nullish(Schema.String),
    cursor: WireSchema.nullish(Schema.String)
  })

/**
 * One page of a list. `count` is that of the whole list.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page<out A> {
  readonly results?: ReadonlyArray<A> | null
  readonly count?: number | null
  readonly next?: string | null
  readonly previous?: string | null
}

/**
 * One page of a list.
 *
 * @category schemas
 * @since 0.1.0
 */
export const page = <A>(item: Schema.Codec<A>): Schema.Codec<Page<A>> =>
  WireSchema.looseStruct({
    results: WireSchema.nullish(Schema.Array(item)),
    count: WireSchema.nullish(Schema.Number),
    next: WireSchema.nullish(Schema.String),
    previous: WireSchema.nullish(Schema.String)
  })

const pageSize = Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })))

/**
 * Where to read a feed on, and how much of it at once: `page_size`, 0 to 100, 50 unless set.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FeedQuery = Schema.Struct({ page_size: pageSize, cursor: WireSchema.nullable(Schema.String) })

/**
 * Where to read a feed on, and how much of it at once.
 *
 * @category models
 * @since 0.1.0
 */
export interface FeedQuery extends Schema.Schema.Type<typeof FeedQuery> {}

/**
 * Which page of a list, from 1 on, and how long a page is: `page_size`, 0 to 100, 50 unless set.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PageQuery = Schema.Struct({
  page_size: pageSize,
  page: Schema.optional(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
})

/**
 * Which page of a list, and how long a page is.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageQuery extends Schema.Schema.Type<typeof PageQuery> {}

/**
 * A page of a list that can be searched: `q` is looked for in names and descriptions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchQuery = Schema.Struct({ ...PageQuery.fields, q: WireSchema.nullable(Schema.String) })

/**
 * A page of a list that can be searched.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchQuery extends Schema.Schema.Type<typeof SearchQuery> {}
