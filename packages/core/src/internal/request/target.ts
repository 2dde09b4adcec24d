import type { Issue } from "../../MistralErrorReason.ts"

/**
 * The path parameters and the query parameters of a call. A list in the query repeats its name; `null` and `undefined`
 * are left out.
 */
export interface Target {
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
}

type QueryValue = string | number | boolean | ReadonlyArray<string | number> | null | undefined

/** Replaces the `{name}` of a path by path parameters. */
export const withParams = (path: string, params: Target["params"]): string =>
  path.replace(/\{(\w+)\}/g, (whole, name: string) => encodeURIComponent(params?.[name] ?? whole))

/** Appends query parameters to a URL. */
export const withQuery = (url: string, query: Target["query"]): string => {
  const entries = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [value].flat().map((one) => [name, String(one)])
  )
  return entries.length === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}${new URLSearchParams(entries)}`
}

/**
 * The path parameters that cannot be used: an empty segment or one of dots would change the path, and half of a surrogate
 * pair cannot be encoded.
 */
export const paramIssues = (path: string, params: Target["params"]): ReadonlyArray<Issue> =>
  [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => {
    const value: unknown = params?.[name!]
    return typeof value === "string" && !/^\.{0,2}$|\p{Cs}/u.test(value) ? [] : [{
      path: ["params", name!],
      message: value === undefined ? "Missing key" : "Expected well-formed text that is neither empty nor `.` nor `..`"
    }]
  })
