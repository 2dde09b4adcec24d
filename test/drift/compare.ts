/**
 * The comparison of two schemas, the file's and this library's.
 *
 * Requests are compared both ways. Responses are read tolerantly, so that a response schema of this library may take more than
 * the file promises: null, absent keys, any number where the file has limits. It may not take less, and the keys and the kinds
 * of values are compared both ways as well.
 */
import { compareLimits, compareValues } from "./compareLimits.ts"
import { article, type Comparison, describeKinds, inside, reportTo } from "./comparison.ts"
import { pairObjects } from "./pairObjects.ts"
import { constant, type Key, type Kind, type Node, type Shape } from "./shape.ts"

/** Compares two schemas and everything in them. */
export const compareNodes = (api: Node, ours: Node, comparison: Comparison): void => {
  const seen = comparison.seen.get(api.identity) ?? new Set()
  if (seen.has(ours.identity)) return
  comparison.seen.set(api.identity, seen.add(ours.identity))
  comparison.visit(api.pointer)
  comparison.visit(comparison.place)

  const [given, own] = [api.shape(), ours.shape()]
  comparison.visit(given.pointer)
  const tolerant = comparison.direction === "response"
  const [anyGiven, anyOwn] = [given, own].map(({ kinds }) => kinds.some(({ type }) => type === "any"))
  if (anyGiven || anyOwn) {
    if (anyGiven !== anyOwn) {
      const [there, here] = [describeKinds(given.kinds), describeKinds(own.kinds)]
      reportTo(comparison, "both", "type", api.pointer, "any", `The API has ${there}; here it is ${here}.`)
    }
    return
  }
  if (given.nullable && !own.nullable) {
    reportTo(comparison, "api", "null", api.pointer, "null", "The API takes null; here it is refused.")
  } else if (own.nullable && !given.nullable && !tolerant) {
    reportTo(comparison, "here", "null", api.pointer, "null", "Null is taken here; the API refuses it.")
  }
  compareKinds(api, given.kinds, own.kinds, comparison)
  compareObjectKinds(api, given, own, comparison)
}

/** Compares the kinds that are no objects. */
const compareKinds = (
  { pointer }: Node,
  given: ReadonlyArray<Kind>,
  own: ReadonlyArray<Kind>,
  comparison: Comparison
): void => {
  if (given.length === 1 && own.length === 1 && !sameFamily(given[0]!, own[0]!)) {
    const [there, here] = [given[0]!.type, own[0]!.type]
    return reportTo(
      comparison,
      "both",
      "type",
      pointer,
      there,
      `The API has ${article(there)}; here it is ${article(here)}.`
    )
  }
  const left = new Set(own.filter(isScalar))
  for (const kind of given.filter(isScalar)) {
    const match = [...left].find((other) => other.type === kind.type) ??
      [...left].find((other) => sameFamily(kind, other))
    if (match === undefined) {
      reportTo(
        comparison,
        "api",
        "type",
        pointer,
        kind.type,
        `The API has ${article(kind.type)}; here it can only be ${describeKinds(own)}.`
      )
      continue
    }
    left.delete(match)
    compareKind(pointer, kind, match, comparison)
  }
  for (const { type } of left) {
    reportTo(
      comparison,
      "here",
      "type",
      pointer,
      type,
      `Here it may be ${article(type)}; in the API it can only be ${describeKinds(given)}.`
    )
  }
}

const isScalar = ({ type }: Kind): boolean => type !== "object"

const sameFamily = (one: Kind, other: Kind): boolean => one.type === other.type || (isNumber(one) && isNumber(other))

const isNumber = ({ type }: Kind): boolean => type === "number" || type === "integer"

const compareKind = (pointer: string, given: Kind, own: Kind, comparison: Comparison): void => {
  const tolerant = comparison.direction === "response"
  comparison.visit(given.pointer)
  if (given.type !== own.type && !(tolerant && own.type === "number")) {
    const sentence = `The API has ${article(given.type)}; here it is ${article(own.type)}.`
    reportTo(comparison, "both", "type", given.pointer, given.type, sentence)
  }
  compareValues(given, own, comparison)
  compareLimits(given, own, comparison)
  if (given.items !== undefined && own.items !== undefined) {
    compareNodes(given.items, own.items, inside(comparison, "[]"))
  } else if (given.items !== undefined || own.items !== undefined) {
    const sentence = given.items === undefined
      ? "The API says nothing of the items; here they have a schema."
      : "The API has a schema of the items; here they may be anything."
    reportTo(comparison, "both", "type", pointer, "items", sentence)
  }
}

/** Compares the objects that two schemas take. */
const compareObjectKinds = (api: Node, given: Shape, own: Shape, comparison: Comparison): void => {
  const theirs = given.kinds.filter(isObjectKind)
  const ours = own.kinds.filter(isObjectKind)
  // A type that is wholly another one was reported.
  if (given.kinds.length === 1 && own.kinds.length === 1 && theirs.length !== ours.length) return
  if (theirs.length > 1 && ours.length > 1 && given.discriminator !== undefined) {
    if (own.discriminator !== given.discriminator) {
      const sentence = `The API tells the objects apart by "${given.discriminator}", here ${
        own.discriminator === undefined ? "nothing does" : `"${own.discriminator}" does`
      }.`
      reportTo(comparison, "both", "discriminator", api.pointer, given.discriminator, sentence)
    }
  }
  const { left, pairs, right } = pairObjects(theirs, ours)
  for (const [there, here] of pairs) {
    compareObjects(there, here, pairs.length > 1 ? tagged(comparison, there) : comparison)
  }
  for (const kind of left) {
    const sentence = `The API has ${named(kind)}; it is not here.`
    reportTo(comparison, "api", "type", api.pointer, tagOf(kind) ?? "object", sentence)
  }
  for (const kind of right) {
    // The kind that a reader does not know: an object of a union whose others have a tag.
    if (comparison.direction === "response" && kind.tags === undefined && own.discriminator !== undefined) continue
    const sentence = `There is ${named(kind)} here; the API does not have it.`
    reportTo(comparison, "here", "type", api.pointer, tagOf(kind) ?? "object", sentence)
  }
}

const isObjectKind = ({ type }: Kind): boolean => type === "object"

const tagOf = ({ tags }: Kind): string | undefined => tags === undefined ? undefined : tags.join(", ")

const named = (kind: Kind): string => {
  const tag = tagOf(kind)
  return tag === undefined ? `an object with the keys ${[...kind.keys.keys()].join(", ")}` : `the kind "${tag}"`
}

const tagged = (comparison: Comparison, kind: Kind): Comparison => {
  const tag = tagOf(kind)
  return tag === undefined ? comparison : inside(comparison, `(${tag})`)
}

/** Compares two objects: their keys, and what other keys they take. */
const compareObjects = (given: Kind, own: Kind, comparison: Comparison): void => {
  comparison.visit(given.pointer)
  compareLimits(given, own, comparison)
  for (const [name, key] of given.keys) {
    const other = own.keys.get(name)
    if (other !== undefined) compareKey(given, name, key, other, comparison)
    else {
      const sentence = `The API has the ${key.required ? "required " : ""}key "${name}"; it is not here.`
      reportTo(inside(comparison, `.${name}`), "api", "key", given.pointer, name, sentence)
    }
  }
  for (const name of own.keys.keys()) {
    if (given.keys.has(name)) continue
    const sentence = `There is the key "${name}" here; the API does not have it.`
    reportTo(inside(comparison, `.${name}`), "here", "key", given.pointer, name, sentence)
  }
  compareRest(given, own, comparison)
}

const compareKey = (given: Kind, name: string, key: Key, other: Key, comparison: Comparison): void => {
  const at = inside(comparison, `.${name}`)
  if (key.required && !other.required && comparison.direction === "request") {
    const sentence = `The API requires the key "${name}"; here it may be absent.`
    reportTo(at, "api", "required", given.pointer, name, sentence)
  }
  if (other.required && !key.required && !isTag(key, other)) {
    const sentence = `The key "${name}" is required here; in the API it may be absent.`
    reportTo(at, "here", "required", given.pointer, name, sentence)
  }
  compareNodes(key.node, other.node, at)
}

/** The constant that tells the objects of a union apart may always be sent. */
const isTag = (given: Key, own: Key): boolean => {
  const tag = constant(own.node.shape())
  return tag !== undefined && given.node.shape().kinds.some(({ values }) => values?.includes(tag))
}

/** Compares the keys that have no names. */
const compareRest = (given: Kind, own: Kind, comparison: Comparison): void => {
  const [there, here] = [given.rest, own.rest]
  if (typeof there === "object" && typeof here === "object") {
    return compareNodes(there, here, inside(comparison, ".*"))
  }
  // A file that says nothing of other keys does not promise any. Responses keep them all.
  if (there === undefined || there === here || (comparison.direction === "response" && here === true)) return
  const sentence = `The API takes ${otherKeys(there)}; here there are ${otherKeys(here)}.`
  reportTo(
    comparison,
    there === false ? "here" : here === false ? "api" : "both",
    "other keys",
    given.pointer,
    "*",
    sentence
  )
}

const otherKeys = (rest: Kind["rest"]): string =>
  rest === false || rest === undefined
    ? "no other keys"
    : rest === true
    ? "any other keys"
    : "other keys whose values have a schema"
