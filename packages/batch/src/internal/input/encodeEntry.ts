import * as EndpointCodec from "@effect-mistral/core/EndpointCodec"
import type { Issue, MistralError } from "@effect-mistral/core/MistralError"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { Options } from "./entry.ts"
import { isLine, type Parts, partsOfLine } from "./readLine.ts"

/** An entry as it is written down, or what is wrong with it. */
export interface Encoded {
  /** The number of the line, where it comes from a file. */
  readonly line: number | undefined
  /** `null` where it is not a text. */
  readonly customId: string | null
  /** The `custom_id` as JSON. It is a text of its own: an id may be a part of a long text, which it would keep in memory. */
  readonly quotedId: string
  /** The body of the request as JSON, without what the job sets. */
  readonly body: string
  /** Empty if the entry is valid. */
  readonly issues: ReadonlyArray<Issue>
}

/** Makes the function that checks an entry and writes it down. Types are not trusted: entries may come from JavaScript. */
export const entryEncoder = <Request extends object>(
  { agent_id, checks, endpoint, model }: Pick<Options<Request>, "endpoint" | "model" | "agent_id" | "checks">
): (entry: unknown) => Encoded => {
  const ofJob = Object.entries({ model, agent_id }).filter(([, value]) => value !== undefined)
  // The cast is safe: `encode` checks whether it is a request of the endpoint.
  const write = (request: object) => EndpointCodec.encode(endpoint, request as Request, checks)

  const encodeRequest = (request: unknown, key: string): Result.Result<string, ReadonlyArray<Issue>> => {
    if (!Predicate.isObject(request)) return Result.fail([{ path: [key], message: "Expected a request" }])
    const missing = ofJob.filter(([key]) => request[key] === undefined || request[key] === null)
    const written = missing.length === 0 ? write(request) : writeWithout(missing, request)
    if (Result.isFailure(written)) return Result.fail(issuesOf(written.failure))
    return request.stream === true ? Result.fail(streams) : Result.succeed(written.success)
  }

  /** Checks a request with what the job sets, and writes it down without. */
  const writeWithout = (missing: typeof ofJob, request: object) => {
    const complete: Record<string, unknown> = { ...request }
    for (const [key, value] of missing) {
      // A key that is there without a value would keep its place. The keys of the job are to be the last ones.
      if (key in complete) delete complete[key]
      complete[key] = value
    }
    return Result.map(write(complete), (text) => withoutLast(text, JSON.stringify(Object.fromEntries(missing))))
  }

  return (entry) => {
    const { id, key, line, others = [], problem, request } = isLine(entry) ? partsOfLine(entry) : partsOfEntry(entry)
    const written = problem === undefined ? encodeRequest(request, key) : Result.fail([problem])
    return {
      line,
      customId: typeof id === "string" ? id : null,
      quotedId: typeof id === "string" ? JSON.stringify(id) : "",
      body: Result.isSuccess(written) ? written.success : "",
      issues: [
        ...others,
        ...problem === undefined ? idIssues(id) : [],
        ...Result.isFailure(written) ? written.failure : []
      ]
    }
  }
}

const partsOfEntry = (entry: unknown): Parts => ({
  id: Predicate.hasProperty(entry, "custom_id") ? entry.custom_id : undefined,
  request: Predicate.hasProperty(entry, "request") ? entry.request : undefined,
  key: "request"
})

/** The line of a valid entry. */
export const lineOf = ({ body, quotedId }: Encoded): string => `{"custom_id":${quotedId},"body":${body}}\n`

/** Takes the members of `object`, which are the last ones, out of the JSON of another object. */
const withoutLast = (json: string, object: string): string => {
  const rest = json.slice(0, -(object.length - 1))
  return `${rest.endsWith(",") ? rest.slice(0, -1) : rest}}`
}

const issuesOf = ({ reason }: MistralError): ReadonlyArray<Issue> =>
  reason._tag === "InvalidRequest" ? reason.issues : [{ path: [], message: reason.message }]

const streams: ReadonlyArray<Issue> = [
  { path: ["stream"], message: "Expected a request without a stream, a job has whole responses" }
]

const idIssues = (id: unknown): ReadonlyArray<Issue> => {
  const message = typeof id !== "string"
    ? "Expected a text"
    : id === ""
    ? "Expected a text that is not empty"
    : isWellFormed(id)
    ? undefined
    : "Expected a text that UTF-8 can express, got half of a surrogate pair"
  return message === undefined ? [] : [{ path: ["custom_id"], message }]
}

/** Some engines lack the function; there the server decides. */
const isWellFormed = (text: string & { readonly isWellFormed?: () => boolean }): boolean =>
  text.isWellFormed?.() !== false
