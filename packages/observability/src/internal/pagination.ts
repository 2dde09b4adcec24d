import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Feed, Page, PageQuery } from "../Page.ts"
import { makeCursorLoopDetector } from "./cursorLoopDetector.ts"

/**
 * Paginates by cursor: every item of a feed from a cursor on. A part is requested when the items before it have been
 * consumed. The stream ends after a part that is empty, has no cursor, or has a cursor that was seen before.
 */
export const paginateFeed = <A>(
  fetch: (cursor: string | undefined) => Effect.Effect<Feed<A>, MistralError>,
  from?: string | null
): Stream.Stream<A, MistralError> =>
  Stream.suspend(() => {
    const isLoop = makeCursorLoopDetector()
    if (typeof from === "string") isLoop(from)
    return Stream.paginate(from ?? undefined, (cursor: string | undefined) =>
      Effect.map(fetch(cursor), (feed) => {
        const results = feed.results ?? []
        const next = nextCursor(feed)
        return [
          results,
          results.length === 0 || next === undefined || isLoop(next) ? Option.none() : Option.some(next)
        ]
      }))
  })

/** The cursor of the next part: `cursor`, or else the one in `next`, which was observed as a URL with the cursor in it. */
const nextCursor = ({ cursor, next }: Feed<unknown>): string | undefined => {
  if (typeof cursor === "string" && cursor !== "") return cursor
  if (typeof next !== "string" || next === "") return undefined
  const quoted = /[?&]cursor=([^&#]*)/.exec(next)?.[1]
  return quoted === undefined ? next : new URLSearchParams(`cursor=${quoted}`).get("cursor") || undefined
}

/**
 * Paginates by page number: every item of a list from a page on. A page is requested when the items before it have been
 * consumed. The stream ends after a page that is empty, or that says that it is the last one.
 */
export const paginatePages = <A>(
  fetch: (page: number) => Effect.Effect<Page<A>, MistralError>,
  { page: from = 1, page_size: size = defaultPageSize }: PageQuery = {}
): Stream.Stream<A, MistralError> =>
  Stream.suspend(() => {
    let seen = (from - 1) * size
    const isLoop = makeCursorLoopDetector()
    return Stream.paginate(from, (number: number) =>
      Effect.map(fetch(number), ({ count, next, results }) => {
        const length = results?.length ?? 0
        seen += length
        // A `next` that was seen before is a loop. A page without `next` may still give the total count.
        const more = typeof next === "string"
          ? next !== "" && !isLoop(next)
          : next === undefined && typeof count === "number" && seen < count
        return [results ?? [], length > 0 && more ? Option.some(number + 1) : Option.none()]
      }))
  })

/** The API's page size where a request sets none. */
const defaultPageSize = 50
