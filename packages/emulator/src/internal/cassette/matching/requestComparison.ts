import * as Predicate from "effect/Predicate"
import { createHash } from "node:crypto"
import { canonicalJson } from "../../json/canonicalJson.ts"
import { parseJson } from "../format/bodyEncoding.ts"
import type { CassetteRequest } from "../format/cassetteFormat.ts"

/** A request in the form in which requests are compared. */
interface View {
  readonly method: string
  readonly path: string
  /** The values of each parameter, in their order. */
  readonly query: Readonly<Record<string, ReadonlyArray<string>>>
  readonly body?: unknown
}

/** The path with `/v1` in front, because a base URL may or may not contain the version. */
export const withVersion = (path: string): string => /^\/v1(?:\/|\?|$)/.test(path) ? path : `/v1${path}`

const viewOf = ({ body, method, path }: CassetteRequest): View => {
  const [pathname = "", query = ""] = withVersion(path).split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  return {
    method,
    path: pathname,
    query: Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name)])),
    ...(body === undefined ? undefined : { body: valueOf(body) })
  }
}

const valueOf = (body: NonNullable<CassetteRequest["body"]>): unknown => {
  if ("json" in body) return body.json
  if ("base64" in body) return body
  const parsed = parseJson(body.text)
  return parsed === undefined ? body : parsed.value
}

/** Removes the value at a place such as `messages.*.content`; in an array, `null` replaces it. */
const without = (value: unknown, [step, ...rest]: ReadonlyArray<string>): unknown => {
  if (step === undefined || !Predicate.isObjectOrArray(value)) return value
  const matches = (key: string | number) => step === "*" || step === String(key)
  if (Array.isArray(value)) {
    return value.map((item, index) => !matches(index) ? item : rest.length === 0 ? null : without(item, rest))
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      !matches(key) ? [[key, item]] : rest.length === 0 ? [] : [[key, without(item, rest)]]
    )
  )
}

/** The parts of a request that are compared: everything except the ignored places. */
export const comparedRequest = (request: CassetteRequest, ignore: ReadonlyArray<string>): unknown =>
  ignore.reduce<unknown>((view, place) => without(view, place.split(".")), viewOf(request))

/** A key that is equal for equal requests, whatever the order of keys and the notation of numbers. */
export const requestKey = (request: CassetteRequest, ignore: ReadonlyArray<string>): string =>
  canonicalJson(comparedRequest(request, ignore))

/** A short hash that is equal for equal requests. */
export const requestHash = (request: CassetteRequest): string =>
  createHash("sha256").update(requestKey(request, [])).digest("hex").slice(0, 10)

/** The places where two requests differ, without the values. */
export const differences = (a: unknown, b: unknown, place: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  if (Predicate.isObjectOrArray(a) && Predicate.isObjectOrArray(b) && Array.isArray(a) === Array.isArray(b)) {
    const [left, right] = [Object.entries(a), Object.entries(b)].map((entries) => new Map<string, unknown>(entries))
    const keys = new Set([...left!.keys(), ...right!.keys()])
    return [...keys].flatMap((key) => differences(left!.get(key), right!.get(key), [...place, key]))
  }
  // A missing value differs from `null`, although JSON writes both as `null` in an array.
  const same = a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b)
  return same ? [] : [place.join(".")]
}
