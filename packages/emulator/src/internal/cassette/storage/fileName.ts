import * as Predicate from "effect/Predicate"
import type { CassetteRequest } from "../format/cassetteFormat.ts"
import { requestHash, withVersion } from "../matching/requestComparison.ts"

/** Letters, digits and single hyphens: what every file system takes. */
const slug = (text: string, length: number): string =>
  text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, length).replace(/-+$/, "")

/**
 * The name of a request's files, without their number: method and path first, then the model and whether it is streamed,
 * then what tells it from other requests.
 */
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

/** The name of the n-th recording of a request, from 1 on. */
export const fileName = (stem: string, number: number): string => `${stem}-${String(number).padStart(3, "0")}.json`

const order = new Intl.Collator("en", { numeric: true })

/** Names in the order in which their cassettes were recorded, as far as they belong to the same request. */
export const byName = (a: string, b: string): number => order.compare(a, b)
