import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** A page of a list whose pages count from 0. */
interface Page<A> {
  readonly data?: ReadonlyArray<A> | null | undefined
  readonly total?: number | null | undefined
}

/** Where a list is read from. */
interface PageQuery {
  readonly page?: number | undefined
  readonly page_size?: number | undefined
}

/**
 * Every item of a list from a page on. A page is requested when the items before it have been consumed.
 *
 * *Details*: items that were created meanwhile move others to the next page. An item that came before is left out, as far as
 * the last 10,000 tell. The stream ends after an empty page, after three pages in a row without a new item, because the
 * server then does not know page numbers, and after a short page if as many items came as `total` says. Either alone is no
 * end: the server may give less than `page_size`, and `total` may count the items of the page.
 */
export const paginate = <A extends { readonly id: string }, E, R>(
  fetch: (page: number) => Effect.Effect<Page<A>, E, R>,
  { page: from = 0, page_size: size = defaultPageSize }: PageQuery = {}
): Stream.Stream<A, E, R> =>
  Stream.suspend(() => {
    const isNew = makeNewIds()
    let received = 0
    let repeatedPages = 0
    return Stream.paginate(from, (page: number) =>
      Effect.map(fetch(page), ({ data, total }) => {
        const items = data ?? []
        // The pages before the first are taken to be as long as it is: a short one leads to a request too many, not too few.
        if (page === from) received = from * items.length
        received += items.length
        const newItems = items.filter(({ id }) => isNew(id))
        repeatedPages = newItems.length > 0 ? 0 : repeatedPages + 1
        const isComplete = items.length < size && typeof total === "number" && total >= items.length &&
          received >= total
        const more = items.length > 0 && repeatedPages < 3 && !isComplete
        return [newItems, more ? Option.some(page + 1) : Option.none()]
      }))
  })

/** The API's page size where a request sets none. */
const defaultPageSize = 100

/** Makes a function that says whether an id is none of the last 10,000. */
const makeNewIds = (): (id: string) => boolean => {
  const recent = new Set<string>()
  return (id) => {
    if (recent.has(id)) return false
    recent.add(id)
    if (recent.size > 10_000) recent.delete(recent.values().next().value!)
    return true
  }
}
