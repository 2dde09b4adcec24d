import { requestHash } from "./fileName.ts"
import type { CassetteRequest, CassetteResponse, Filed } from "./format.ts"
import { compared, differences, keyOf, versioned } from "./matching.ts"

/** The cassettes that answer requests. */
export interface Library {
  /** The next recording of a request: in order, the last one again and again. */
  readonly next: (request: CassetteRequest) => CassetteResponse | undefined
  readonly add: (filed: Filed) => void
  /** What was asked and which cassettes are nearest: places only, nothing of what a request says. */
  readonly explain: (request: CassetteRequest) => string
}

/** How many cassettes are named as near, and how many of the places where each differs. */
const shown = { cassettes: 3, places: 5 }

/** Makes a library that ignores what stands at some places of the requests. */
export const makeLibrary = (cassettes: ReadonlyArray<Filed>, ignore: ReadonlyArray<string>): Library => {
  const all: Array<Filed> = []
  const byKey = new Map<string, { readonly responses: Array<CassetteResponse>; played: number }>()
  const add = (filed: Filed) => {
    all.push(filed)
    const key = keyOf(filed.cassette.request, ignore)
    const found = byKey.get(key)
    if (found === undefined) byKey.set(key, { responses: [filed.cassette.response], played: 0 })
    else found.responses.push(filed.cassette.response)
  }
  for (const filed of cassettes) add(filed)

  return {
    add,
    next: (request) => {
      const found = byKey.get(keyOf(request, ignore))
      return found?.responses[Math.min(found.played++, found.responses.length - 1)]
    },
    explain: (request) => {
      const view = compared(request, ignore)
      const near = all
        .map(({ cassette, file }) => ({ file, places: differences(view, compared(cassette.request, ignore)) }))
        .sort((a, b) => distance(a.places) - distance(b.places) || a.places.length - b.places.length)
        .filter(({ file }, index, sorted) => sorted.findIndex((other) => other.file === file) === index)
        .slice(0, shown.cassettes)
      const asked = `No cassette answers ${request.method} ${versioned(request.path)} (${requestHash(request)}).`
      return near.length === 0
        ? `${asked} There are no cassettes.`
        : `${asked} Nearest: ${near.map(({ file, places }) => `${file} differs in ${list(places)}`).join("; ")}.`
    }
  }
}

/** Another endpoint is farther than any difference of the body. */
const distance = (places: ReadonlyArray<string>): number =>
  places.filter((place) => place === "path" || place === "method").length

const list = (places: ReadonlyArray<string>): string =>
  places.length <= shown.places
    ? places.join(", ")
    : `${places.slice(0, shown.places).join(", ")} and ${places.length - shown.places} more`
