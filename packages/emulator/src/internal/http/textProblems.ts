import * as Predicate from "effect/Predicate"
import type { Problem } from "./errorResponse.ts"

type Loc = Problem["loc"]

/**
 * The texts of a body that UTF-8 cannot express, because they hold half of a surrogate pair (`"\\ud83d"`), as pydantic names
 * them. JSON has a notation for such texts, so that they arrive.
 *
 * *Details*: no response of the API to one is known. Pydantic's sentence is chosen.
 */
export const textProblems = (body: unknown): ReadonlyArray<Problem> => {
  const problems: Array<Problem> = []
  const check = (text: string, loc: Loc) => {
    if (half.test(text)) problems.push({ type: "string_unicode", loc, msg: notUnicode, input: text })
  }
  const walk = (value: unknown, loc: Loc): void => {
    if (typeof value === "string") check(value, loc)
    else if (Array.isArray(value)) value.forEach((item, at) => walk(item, itemLoc(loc, at, item)))
    else if (Predicate.isObject(value)) {
      for (const [key, inner] of Object.entries(value)) {
        check(key, loc)
        walk(inner, [...loc, key])
      }
    }
  }
  walk(body, ["body"])
  return problems
}

/** The API includes the role of a message in its location: `messages, 0, user, content`. */
const itemLoc = (loc: Loc, at: number, item: unknown): Loc =>
  loc.length === 2 && loc[1] === "messages" && Predicate.hasProperty(item, "role") && typeof item.role === "string"
    ? [...loc, at, item.role]
    : [...loc, at]

const notUnicode = "Input should be a valid string, unable to parse raw data as a unicode string"

/** With the flag `u`, the two halves of a pair are one character. */
const half = /\p{Cs}/u
