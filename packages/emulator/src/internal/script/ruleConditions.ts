import * as Predicate from "effect/Predicate"
import type * as Script from "../../Script.ts"
import type { RequestFacts } from "./requestFacts.ts"

/** One property of a rule's condition: its place in the rule, and whether a request fits it. */
export interface RuleCondition {
  readonly place: string
  readonly fits: (request: RequestFacts) => boolean
}

const property = (value: unknown, key: string): unknown => Predicate.hasProperty(value, key) ? value[key] : undefined

const formatOf = ({ body }: RequestFacts): unknown => property(property(body, "response_format"), "type") ?? "text"

/** The values of a condition's properties. Headers are apart, because each of them is a condition. */
type Values = { readonly [Key in Exclude<keyof Script.Condition, "header">]-?: NonNullable<Script.Condition[Key]> }

/** For each property of a condition, how a request fits its value. An invalid pattern throws. */
const properties: { readonly [Key in keyof Values]: (value: Values[Key]) => RuleCondition["fits"] } = {
  path: (path) => (request) => request.path === path,
  model: (model) => (request) => request.model === model,
  agent_id: (id) => ({ body }) => property(body, "agent_id") === id,
  stream: (stream) => (request) => request.stream === stream,
  turn: (turn) => (request) => request.turn === turn,
  tool: (name) => ({ tools }) => tools.includes(name),
  response_format: (format) => (request) => formatOf(request) === format,
  call_id: (id) => ({ results }) => results.some(({ callId }) => callId === id),
  result_of: (name) => ({ results }) => results.some((result) => result.name === name),
  result: (text) => ({ results }) => results.some((result) => result.text.includes(text)),
  text: (text) => (request) => request.text.includes(text),
  system: (text) => ({ system }) => system.some((one) => one.includes(text)),
  any: (text) => ({ texts }) => texts.some((one) => one.includes(text)),
  pattern: (pattern) => {
    const expression = new RegExp(pattern, "u")
    return (request) => expression.test(request.text)
  }
}

type Given = { readonly [Key in keyof Values]?: Values[Key] | undefined }

const conditionOf = <Key extends keyof Values>(key: Key, when: Given): ReadonlyArray<RuleCondition> => {
  const value = when[key]
  const fitsOf: (value: Values[Key]) => RuleCondition["fits"] = properties[key]
  return value === undefined ? [] : [{ place: `when.${key}`, fits: fitsOf(value) }]
}

// The cast is safe: they are the keys of the object literal above.
const keys = Object.keys(properties) as ReadonlyArray<keyof Values>

/** The conditions of a rule, the cheap ones first. An invalid pattern throws here, before any request is handled. */
export const ruleConditions = (when: Script.Condition = {}): ReadonlyArray<RuleCondition> => [
  ...keys.flatMap((key) => conditionOf(key, when)),
  ...Object.entries(when.header ?? {}).map(([name, value]) => ({
    place: `when.header.${name}`,
    fits: ({ headers }: RequestFacts) => headers[name.toLowerCase()] === value
  }))
]
