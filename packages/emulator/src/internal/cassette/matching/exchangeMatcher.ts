import type { CassetteRequest, CassetteResponse, StoredCassette } from "../format/cassetteFormat.ts"
import { comparedRequest, differences, requestHash, requestKey, withVersion } from "./requestComparison.ts"

/** Finds the recorded exchange that matches a request. */
export interface ExchangeMatcher {
  /** Gives the next recorded response to a request: in the order of recording, then the last one repeatedly. */
  readonly next: (request: CassetteRequest) => CassetteResponse | undefined
  readonly add: (stored: StoredCassette) => void
  /**
   * Describes a request that nothing matches, and the nearest cassettes. The message names places of the request, never
   * its values.
   */
  readonly explain: (request: CassetteRequest) => string
}

/** How many cassettes the message names, and how many differing places of each. */
const shown = { cassettes: 3, places: 5 }

/** Makes a matcher that ignores some places of the requests. */
export const makeExchangeMatcher = (
  cassettes: ReadonlyArray<StoredCassette>,
  ignore: ReadonlyArray<string>
): ExchangeMatcher => {
  const all: Array<StoredCassette> = []
  const byKey = new Map<string, { readonly responses: Array<CassetteResponse>; played: number }>()
  const add = (stored: StoredCassette) => {
    all.push(stored)
    const key = requestKey(stored.cassette.request, ignore)
    const found = byKey.get(key)
    if (found === undefined) byKey.set(key, { responses: [stored.cassette.response], played: 0 })
    else found.responses.push(stored.cassette.response)
  }
  for (const stored of cassettes) add(stored)

  return {
    add,
    next: (request) => {
      const found = byKey.get(requestKey(request, ignore))
      return found?.responses[Math.min(found.played++, found.responses.length - 1)]
    },
    explain: (request) => {
      const view = comparedRequest(request, ignore)
      const near = all
        .map(({ cassette, file }) => ({ file, places: differences(view, comparedRequest(cassette.request, ignore)) }))
        .sort((a, b) => distance(a.places) - distance(b.places) || a.places.length - b.places.length)
        .filter(({ file }, index, sorted) => sorted.findIndex((other) => other.file === file) === index)
        .slice(0, shown.cassettes)
      const problem = `No cassette matches ${request.method} ${withVersion(request.path)} (${requestHash(request)}).`
      return near.length === 0
        ? `${problem} There are no cassettes.`
        : `${problem} Nearest: ${near.map(({ file, places }) => `${file} differs in ${list(places)}`).join("; ")}.`
    }
  }
}

/** A difference of path or method counts more than any difference of the body. */
const distance = (places: ReadonlyArray<string>): number =>
  places.filter((place) => place === "path" || place === "method").length

const list = (places: ReadonlyArray<string>): string =>
  places.length <= shown.places
    ? places.join(", ")
    : `${places.slice(0, shown.places).join(", ")} and ${places.length - shown.places} more`
