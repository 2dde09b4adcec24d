import * as Predicate from "effect/Predicate"
import type { CassetteRequest } from "../format/cassetteFormat.ts"
import { requestHash, withVersion } from "../matching/requestComparison.ts"

/** Keeps letters, digits and single hyphens, which every file system accepts. */
const slug = (text: string, length: number): string =>
  text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, length).replace(/-+$/, "")

/** The stem of a request's file names: method, path, model, `stream` if it is streamed, and the hash of the request. */
export const stemOf = (request: CassetteRequest): string => {
  const [path = ""] = withVersion(request.path).slice("/v1".length).split("?")
  const value = request.body !== undefined && "json" in request.body ? request.body.json : undefined
  const body: Readonly<Record<string, unknown>> = Predicate.isObject(value) ? value : {}
  return [
    slug(request.method, 10),
    slug(path, 60),
    typeof body["model"] === "string" ? slug(body["model"], 40) : "",
    body["stream"] === true ? "stream" : "",
    requestHash(request)
  ].filter((part) => part !== "").join("-")
}

/** The file name of the n-th recording of a request, counted from 1. */
export const fileName = (stem: string, number: number): string => `${stem}-${String(number).padStart(3, "0")}.json`

const order = new Intl.Collator("en", { numeric: true })

/** Sorts file names so that the recordings of one request are in the order in which they were made. */
export const byName = (a: string, b: string): number => order.compare(a, b)
