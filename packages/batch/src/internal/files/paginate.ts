import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** A page of a list whose pages count from 0. */
export interface Page<A> {
  readonly data?: ReadonlyArray<A> | null | undefined
  readonly total?: number | null | undefined
}

/** Where a list is read from. */
export interface PageQuery {
  readonly page?: number | null | undefined
  readonly page_size?: number | null | undefined
}

/**
 * Paginates by page number: every item of a list from a page on. A page is requested when the items before it have been
 * consumed.
 *
 * The stream ends after an empty page, after a page that was given before, because a server that ignores `page` has no empty
 * one, and after a short page by which all of `total` were given. A short page alone is no end: the server may give less than
 * `page_size`. Nor is `total` alone: it may count the items of a page.
 */
export const paginate = <A extends { readonly id: string }, E, R>(
  fetch: (page: number) => Effect.Effect<Page<A>, E, R>,
  query: PageQuery = {}
): Stream.Stream<A, E, R> =>
  Stream.suspend(() => {
    const from = query.page ?? 0
    const size = query.page_size ?? defaultPageSize
    const seen = new Set<string>()
    let count = 0
    return Stream.paginate(from, (number: number) =>
      Effect.map(fetch(number), ({ data, total }) => {
        const items = data ?? []
        const page = `${items.length} ${items[0]?.id} ${items.at(-1)?.id}`
        if (items.length === 0 || seen.has(page)) return [[], Option.none()]
        seen.add(page)
        count += items.length
        const complete = from === 0 && items.length < size && typeof total === "number" && count >= total
        return [items, complete ? Option.none() : Option.some(number + 1)]
      }))
  })

/** The API's page size where a request sets none. */
const defaultPageSize = 100
