/** The comparison of what a kind of value is limited to: closed sets, limits, formats, checks. */
import { type Comparison, reportTo } from "./comparison.ts"
import { type BoundName, boundNames, type Bounds, type Kind, type Value } from "./shape.ts"

/** Compares the closed sets of two kinds. An open set of this library has values that are known. */
export const compareValues = (given: Kind, own: Kind, comparison: Comparison): void => {
  const known = own.values ??
    (given.values === undefined ? undefined : comparison.knownValues(given.pointer, comparison.place))
  if (given.values === undefined && known === undefined) return
  if (given.values === undefined || known === undefined) {
    const sentence = given.values === undefined
      ? `The API takes any ${given.type}; here only ${listed(known ?? [])}.`
      : `The API has only ${listed(given.values)}; here any ${own.type} is taken, and none of these is known.`
    return reportTo(comparison, given.values === undefined ? "here" : "api", "value", given.pointer, "*", sentence)
  }
  for (const value of given.values.filter((value) => !known.includes(value))) {
    const sentence = `The API has the value ${JSON.stringify(value)}; it is not known here.`
    reportTo(comparison, "api", "value", given.pointer, String(value), sentence)
  }
  for (const value of known.filter((value) => !given.values?.includes(value))) {
    const sentence = `The value ${JSON.stringify(value)} is known here; the API does not have it.`
    reportTo(comparison, "here", "value", given.pointer, String(value), sentence)
  }
}

/** Compares the limits, the format and the checks of a kind. */
export const compareLimits = (given: Kind, own: Kind, comparison: Comparison): void => {
  const tolerant = comparison.direction === "response"
  const [theirs, ours] = [given, own].map(normalBounds) as [Bounds, Bounds]
  for (const name of boundNames) {
    const [there, here] = [theirs[name], ours[name]]
    if (there === here || (tolerant && takesMore(name, there, here))) continue
    const side = there === undefined ? "here" : here === undefined ? "api" : "both"
    const sentence = `The API has ${limit(name, there)}; here there is ${limit(name, here)}.`
    reportTo(comparison, side, "bound", given.pointer, name, sentence)
  }
  if (given.format !== own.format && !(tolerant && own.format === undefined)) {
    const sentence = own.format === undefined
      ? `The API has the format ${given.format}; here any ${own.type} is taken.`
      : given.format === undefined
      ? `The format ${own.format} is demanded here; the API has none.`
      : `The API has the format ${given.format}; here it is ${own.format}.`
    const side = own.format === undefined ? "api" : given.format === undefined ? "here" : "both"
    reportTo(comparison, side, "format", given.pointer, given.format ?? own.format ?? "", sentence)
  }
  if (!tolerant) {
    for (const keyword of given.unread) {
      reportTo(comparison, "api", "check", given.pointer, keyword, `The API has ${keyword}, which is not compared.`)
    }
  }
  for (const check of own.unread) {
    const sentence = `There is a check here that the file cannot express: ${check}.`
    reportTo(comparison, "here", "check", given.pointer, check, sentence)
  }
}

/** Whether a limit of a response refuses nothing that the file allows. */
const takesMore = (name: BoundName, there: number | undefined, here: number | undefined): boolean =>
  here === undefined ||
  (there !== undefined && name !== "multipleOf" && (/^(min|exclusiveMin)/.test(name) ? here <= there : here >= there))

/** Lengths from 0 limit nothing, no integer is beyond those that JSON keeps, and integers above 0 are those from 1. */
const normalBounds = ({ bounds, type }: Kind): Bounds => {
  const { exclusiveMaximum, exclusiveMinimum, ...rest } = bounds
  const entries = Object.entries(rest).filter(([name, value]) =>
    (!/^min[LIP]/.test(name) || value > 0) && Math.abs(value) !== Number.MAX_SAFE_INTEGER
  )
  const normal: { [Name in BoundName]?: number } = Object.fromEntries(entries)
  if (exclusiveMinimum !== undefined) {
    if (type === "integer") normal.minimum = exclusiveMinimum + 1
    else normal.exclusiveMinimum = exclusiveMinimum
  }
  if (exclusiveMaximum !== undefined) {
    if (type === "integer") normal.maximum = exclusiveMaximum - 1
    else normal.exclusiveMaximum = exclusiveMaximum
  }
  return normal
}

const limit = (name: BoundName, value: number | undefined): string =>
  value === undefined ? `no \`${name}\`` : `\`${name}\` ${value}`

const listed = (values: ReadonlyArray<Value>): string => values.map((value) => JSON.stringify(value)).join(", ")
