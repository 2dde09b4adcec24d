import type { Issue } from "@effect-mistral/core/MistralError"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { linesOf, LineTooLong } from "../jsonl/linesOf.ts"
import { parseJson } from "../jsonl/parseJson.ts"
import type { Line } from "./entry.ts"
import { InvalidInput } from "./inputError.ts"

/** The parts of an entry, none of which was checked. */
export interface Parts {
  readonly id?: unknown
  readonly request?: unknown
  /** Where the request was expected. */
  readonly key: "request" | "body"
  /** What is wrong with other parts. */
  readonly others?: ReadonlyArray<Issue>
  /** Why there are no parts. */
  readonly problem?: Issue
  /** The number of the line in the file that it comes from. */
  readonly line?: number
}

/** The lines of a file. A line that is too long ends the reading, for nothing tells where the next one begins. */
export const readLines = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Line, E | InvalidInput, R> =>
  Stream.mapError(linesOf(bytes), (error) => error instanceof LineTooLong ? tooLong(error) : error)

const tooLong = ({ line, maxLength }: LineTooLong): InvalidInput => {
  const issues = [{ path: [], message: `Expected a line of at most ${maxLength} characters` }]
  return new InvalidInput({ problems: [{ line, custom_id: null, issues }], count: 1, requests: line })
}

/** Whether an entry is a line of a file. */
export const isLine = (entry: unknown): entry is Line =>
  Predicate.hasProperty(entry, "text") && typeof entry.text === "string" &&
  Predicate.hasProperty(entry, "number") && typeof entry.number === "number"

/** Reads a line of a file. */
export const partsOfLine = ({ number: line, text }: Line): Parts => {
  const parsed = parseJson(text)
  if (!Predicate.isObject(parsed)) {
    const message = parsed === undefined ? "Expected JSON" : "Expected an object"
    return { key: "body", problem: { path: [], message }, line }
  }
  const { body, custom_id, ...rest } = parsed
  const others = Object.keys(rest).map((key) => ({ path: [key], message: "Expected no key but custom_id and body" }))
  return { id: custom_id, request: body, key: "body", others, line }
}
