import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Feed, Page, PageQuery } from "../Page.ts"
import { makeRepetition } from "./repetition.ts"

/**
 * All of a feed from a cursor on. The next part is asked for when the ones before it have been taken; nothing is asked for
 * after a part that is empty, has no cursor, or has one that came before.
 */
export const readFeed = <A>(
  fetch: (cursor: string | undefined) => Effect.Effect<Feed<A>, MistralError>,
  from?: string | null
): Stream.Stream<A, MistralError> =>
  Stream.suspend(() => {
    const repeated = makeRepetition()
    if (typeof from === "string") repeated(from)
    return Stream.paginate(from ?? undefined, (cursor: string | undefined) =>
      Effect.map(fetch(cursor), (feed) => {
        const results = feed.results ?? []
        const next = nextCursor(feed)
        return [
          results,
          results.length === 0 || next === undefined || repeated(next) ? Option.none() : Option.some(next)
        ]
      }))
  })

/** `cursor`, or what `next` says: it was seen as a URL that quotes the cursor. */
const nextCursor = ({ cursor, next }: Feed<unknown>): string | undefined => {
  if (typeof cursor === "string" && cursor !== "") return cursor
  if (typeof next !== "string" || next === "") return undefined
  const quoted = /[?&]cursor=([^&#]*)/.exec(next)?.[1]
  return quoted === undefined ? next : new URLSearchParams(`cursor=${quoted}`).get("cursor") || undefined
}

/**
 * All of a list from a page on. The next page is asked for when the ones before it have been taken; nothing is asked for
 * after a page that is empty, or after which none follows by its own account.
 */
export const readPages = <A>(
  fetch: (page: number) => Effect.Effect<Page<A>, MistralError>,
  { page: from = 1, page_size: size = defaultSize }: PageQuery = {}
): Stream.Stream<A, MistralError> =>
  Stream.suspend(() => {
    let seen = (from - 1) * size
    const repeated = makeRepetition()
    return Stream.paginate(from, (number: number) =>
      Effect.map(fetch(number), ({ count, next, results }) => {
        const length = results?.length ?? 0
        seen += length
        // Pages that name a next one again go round. A page that names none may still say how many there are.
        const more = typeof next === "string"
          ? next !== "" && !repeated(next)
          : next === undefined && typeof count === "number" && seen < count
        return [results ?? [], length > 0 && more ? Option.some(number + 1) : Option.none()]
      }))
  })

/** What the API takes for the length of a page. */
const defaultSize = 50
