/**
 * Pagination: feeds are paginated by a cursor, lists by a page number.
 *
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"

/**
 * A part of a feed. `cursor` is the query parameter for the next part; the last part has no cursor.
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
 * Makes the schema of a part of a feed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const feed = <A>(item: Schema.Codec<A>): Schema.Codec<Feed<A>> =>
  WireSchema.looseStruct({
    results: WireSchema.nullish(Schema.Array(item)),
    next: WireSchema.nullish(Schema.String),
    cursor: WireSchema.nullish(Schema.String)
  })

/**
 * One page of a list. `count` is the number of items in the whole list.
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
 * Makes the schema of one page of a list.
 *
 * @category constructors
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
 * The query parameters of a request for a part of a feed: `cursor`, and `page_size`, 0 to 100 and 50 by default.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FeedQuery = Schema.Struct({ page_size: pageSize, cursor: WireSchema.nullable(Schema.String) })

/**
 * The query parameters of a request for a part of a feed.
 *
 * @category models
 * @since 0.1.0
 */
export interface FeedQuery extends Schema.Schema.Type<typeof FeedQuery> {}

/**
 * The query parameters of a request for a page: `page`, from 1, and `page_size`, 0 to 100 and 50 by default.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PageQuery = Schema.Struct({
  page_size: pageSize,
  page: Schema.optional(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
})

/**
 * The query parameters of a request for a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageQuery extends Schema.Schema.Type<typeof PageQuery> {}

/**
 * The query parameters of a request for a page of a list that can be searched: `q` is searched in names and descriptions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchQuery = Schema.Struct({ ...PageQuery.fields, q: WireSchema.nullable(Schema.String) })

/**
 * The query parameters of a request for a page of a list that can be searched.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchQuery extends Schema.Schema.Type<typeof SearchQuery> {}
