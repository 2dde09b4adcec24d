import type * as Fault from "../../Fault.ts"
import type * as Faults from "../../Faults.ts"

/**
 * The properties of a request that decide whether a fault applies: a streamed completion, a whole one, the creation of a
 * batch job, the upload of a file, or anything else.
 */
export interface FaultTarget {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly kind: "stream" | "completion" | "job" | "upload" | "other"
}

/** Classifies a request by its path and its body. */
export const faultTarget = (request: {
  readonly method: string
  readonly path: string
  readonly body: unknown
}): FaultTarget => {
  const path = request.path.replace(/[?#].*$/s, "")
  const { body, method } = request
  const streams = typeof body === "object" && body !== null && "stream" in body && body.stream === true
  const kind = isCompletion({ method, path })
    ? streams ? "stream" : "completion"
    : createsJob({ method, path })
    ? "job"
    : uploads({ method, path })
    ? "upload"
    : "other"
  return { method, path, kind }
}

/** Whether a method and a path can be those of a completion, on Vertex AI, too. */
const isCompletion = ({ method, path }: Faults.Where): boolean =>
  (method === undefined || method.toUpperCase() === "POST") &&
  (path === undefined || /\/completions\/?$|:(?:streamRawP|rawP)redict$/.test(path))

/** Whether a method and a path can be those of the creation of a batch job. */
const createsJob = ({ method, path }: Faults.Where): boolean =>
  (method === undefined || method.toUpperCase() === "POST") && (path === undefined || /\/batch\/jobs\/?$/.test(path))

/** Whether a method and a path can be those of the upload of a file. */
const uploads = ({ method, path }: Faults.Where): boolean =>
  (method === undefined || method.toUpperCase() === "POST") &&
  (path === undefined || /^(?:\/v1)?\/files\/?$/.test(path))

/** Whether a fault belongs to a batch job. */
export const isJobFault = (fault: Fault.Fault): fault is JobFault =>
  fault.type === "batch_line_errors" || fault.type === "batch_timeout" || fault.type === "batch_failed"

/** A fault of a batch job. */
export type JobFault = Extract<Fault.Fault, { readonly type: `batch_${string}` }>

/** Whether a fault only applies to event streams. */
export const needsStream = (fault: Fault.Fault): boolean => {
  switch (fault.type) {
    case "missing_done":
    case "garbage_event":
    case "error_event":
    case "giant_event":
    case "keep_open":
      return true
    case "stall":
    case "cut":
      return fault.after_events !== undefined
    default:
      return false
  }
}

/** Why a fault does not apply to a kind of request; `undefined` if it applies. */
export const notApplicable = (fault: Fault.Fault, { kind }: Pick<FaultTarget, "kind">): string | undefined => {
  if (needsStream(fault) && kind !== "stream") {
    const what = "after_events" in fault && (fault.type === "stall" || fault.type === "cut")
      ? `${fault.type} after_events`
      : fault.type
    return `${what} needs a streamed completion`
  }
  if (isJobFault(fault)) return kind === "job" ? undefined : `${fault.type} needs the creation of a batch job`
  if (fault.type === "file_not_found" && kind !== "upload") return `${fault.type} needs the upload of a file`
  return fault.type === "missing_finish_reason" && kind !== "stream" && kind !== "completion"
    ? `${fault.type} needs a completion`
    : undefined
}

/** Why a fault applies to none of the requests it is armed for; `undefined` if it can apply. */
export const neverApplicable = (fault: Fault.Fault, where: Faults.Where): string | undefined => {
  const kinds: ReadonlyArray<FaultTarget["kind"]> = [
    ...(isCompletion(where) ? ["stream", "completion"] as const : []),
    ...(createsJob(where) ? ["job"] as const : []),
    ...(uploads(where) ? ["upload"] as const : []),
    "other"
  ]
  const reasons = kinds.map((kind) => notApplicable(fault, { kind }))
  return reasons.includes(undefined) ? undefined : reasons.at(-1)
}

/** Whether a request is one of those a fault is armed for. */
export const isTargeted = ({ method, path }: Faults.Where, target: FaultTarget): boolean =>
  (method === undefined || method.toUpperCase() === target.method) &&
  (path === undefined || samePath(segmentsOf(path), segmentsOf(target.path)))

/** The segments of a path, without the version. */
const segmentsOf = (path: string): ReadonlyArray<string> => path.replace(/^\/v1(?=\/)/, "").split("/").filter(Boolean)

const samePath = (pattern: ReadonlyArray<string>, path: ReadonlyArray<string>): boolean =>
  pattern.length === path.length && pattern.every((part, at) => /^\{.*\}$/.test(part) || part === path[at])
