import * as Predicate from "effect/Predicate"
import { canonical } from "../fingerprint.ts"
import { parseJson } from "./body.ts"
import type { CassetteRequest } from "./format.ts"

/** A request as it is compared. */
interface View {
  readonly method: string
  readonly path: string
  /** The values of each parameter, in their order. */
  readonly query: Readonly<Record<string, ReadonlyArray<string>>>
  readonly body?: unknown
}

/** The path from `/v1` on: a base URL may hold the version or not. */
export const versioned = (path: string): string => /^\/v1(?:\/|\?|$)/.test(path) ? path : `/v1${path}`

const viewOf = ({ body, method, path }: CassetteRequest): View => {
  const [pathname = "", query = ""] = versioned(path).split(/\?(.*)/s)
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

/** A value without what stands at a place, such as `messages.*.content`; a member of a list leaves a `null`. */
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

/** What is compared of a request: all of it but the places to ignore. */
export const compared = (request: CassetteRequest, ignore: ReadonlyArray<string>): unknown =>
  ignore.reduce<unknown>((view, place) => without(view, place.split(".")), viewOf(request))

/** A text that is the same for requests that are the same: order of keys and form of numbers aside. */
export const keyOf = (request: CassetteRequest, ignore: ReadonlyArray<string>): string =>
  canonical(compared(request, ignore))

/** The places at which two compared values differ, without what stands there. */
export const differences = (a: unknown, b: unknown, place: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  if (Predicate.isObjectOrArray(a) && Predicate.isObjectOrArray(b) && Array.isArray(a) === Array.isArray(b)) {
    const [left, right] = [Object.entries(a), Object.entries(b)].map((entries) => new Map<string, unknown>(entries))
    const keys = new Set([...left!.keys(), ...right!.keys()])
    return [...keys].flatMap((key) => differences(left!.get(key), right!.get(key), [...place, key]))
  }
  // What is not there is not a `null`, though JSON writes both as one.
  const same = a === undefined || b === undefined ? a === b : canonical(a) === canonical(b)
  return same ? [] : [place.join(".")]
}
