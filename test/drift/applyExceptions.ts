/** Differences that are known and have a reason. */
import type { About, Difference } from "./difference.ts"

/** A difference that stays, and why. */
export interface Exception {
  readonly about: About
  /** The JSON pointer of the place in the file, or an endpoint and a place in its request or response. */
  readonly at: string | ReadonlyArray<string>
  /** The key, the value or the limit that differs. */
  readonly name: string | ReadonlyArray<string>
  /** Set where a schema of the file is used in both, and the difference is in one of them. */
  readonly in?: "request" | "response"
  readonly reason: string
}

/** An exception at one place. Each is used, or reported. */
export interface Place {
  readonly at: string
  readonly name: string
  readonly exception: Exception
}

/** What is left of the differences, and of the exceptions. */
export interface Applied {
  readonly left: ReadonlyArray<Difference>
  readonly used: ReadonlyArray<Place>
  /** Exceptions whose place was compared, without the difference. */
  readonly stale: ReadonlyArray<Place>
}

const list = <A>(value: A | ReadonlyArray<A>): ReadonlyArray<A> => Array.isArray(value) ? value : [value as A]

/**
 * Takes the known differences out.
 *
 * `visited` are the places that were compared. An exception for another place says nothing about these files, unless they are
 * `complete`.
 */
export const applyExceptions = (
  differences: ReadonlyArray<Difference>,
  exceptions: ReadonlyArray<Exception>,
  visited: ReadonlySet<string>,
  complete: boolean
): Applied => {
  const places = exceptions.flatMap((exception) =>
    list(exception.at).flatMap((at) => list(exception.name).map((name): Place => ({ at, name, exception })))
  )
  const used = new Set<Place>()
  const left = differences.filter((difference) => {
    const found = places.filter((place) => covers(place, difference))
    for (const place of found) used.add(place)
    return found.length === 0
  })
  return {
    left,
    used: [...used],
    stale: places.filter((place) => !used.has(place) && (complete || isVisited(place, visited)))
  }
}

const isVisited = ({ at, exception }: Place, visited: ReadonlySet<string>): boolean =>
  visited.has(exception.in === undefined ? at : `${exception.in} ${at}`)

const covers = ({ at, exception, name }: Place, difference: Difference): boolean =>
  difference.about === exception.about && difference.name === name &&
  (difference.pointer === at || difference.place === at)
