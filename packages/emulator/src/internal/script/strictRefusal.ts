import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"

/** The request header that overrides whether a request is refused if no rule fits. */
export const strictHeader = "x-emulator-strict"

/** Whether a request is to be refused if no rule fits it, or an error response if its header is not valid. */
export const isStrict = (
  headers: Readonly<Record<string, string>>,
  setting: boolean
): boolean | ErrorResponse => {
  const named = headers[strictHeader]?.trim().toLowerCase()
  if (named === undefined) return setting
  return named === "true" || named === "false"
    ? named === "true"
    : badRequest({ message: `${strictHeader} must be true or false`, type: "invalid_header", param: strictHeader })
}

/** A rule that does not fit a request, and why. */
export interface Misfit {
  readonly label: string
  /** The places of the rule that do not fit: `when.text`, `times`, `answer`. */
  readonly places: ReadonlyArray<string>
}

/** A rule with an answer for other endpoints is never near. */
const distance = ({ places }: Misfit): number => places.includes("answer") ? Infinity : places.length

const reasonOf = ({ places }: Misfit, path: string): string => {
  if (places.includes("answer")) return `its answer is not one for ${path}`
  const when = places.filter((place) => place.startsWith("when."))
  const reasons = [
    ...(when.length === 0 ? [] : [`${list(when)} ${when.length === 1 ? "does" : "do"} not fit`]),
    ...(places.includes("function") ? ["its function returned nothing"] : []),
    ...(places.includes("times") ? ["it is used up (times)"] : [])
  ]
  return list(reasons)
}

const list = (texts: ReadonlyArray<string>): string =>
  texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`

/**
 * The error response to a request that no rule fits. It names the nearest rule and its conditions that do not fit, but no
 * value of the request.
 *
 * *Details*: it is a 400, because clients neither retry it nor take it for a missing model, as they may do with a 404.
 */
export const strictRefusal = (misfits: ReadonlyArray<Misfit>, path: string): ErrorResponse => {
  const nearest = misfits.toSorted((one, other) => distance(one) - distance(other))[0]
  return badRequest({
    type: "no_rule_fits",
    message: nearest === undefined
      ? `The emulator is strict, and has no rules for this request to ${path}`
      : `No rule fits this request to ${path}. The nearest is "${nearest.label}": ${reasonOf(nearest, path)}`
  })
}
