import type * as Script from "../../Script.ts"

/** The answers that a script can give, by their kinds. Each is for some endpoints. */
export interface AnswerByKind {
  readonly completion: Script.Reply
  readonly embeddings: Script.Embeddings
  readonly moderations: Script.Moderations
  readonly classifications: Script.Classifications
}

/** The kind of an answer. */
export type AnswerKind = keyof AnswerByKind

/** The part of an answer for an input. The last one is repeated for further inputs. */
export const partFor = <A>(parts: readonly [A, ...ReadonlyArray<A>], index: number): A =>
  parts[Math.min(index, parts.length - 1)] ?? parts[0]

/** The kind of an answer; `undefined` for an error, which every endpoint can give. */
export const kindOf = (answer: Script.Answer): AnswerKind | undefined =>
  "error" in answer
    ? undefined
    : "embeddings" in answer
    ? "embeddings"
    : "moderations" in answer
    ? "moderations"
    : "classifications" in answer
    ? "classifications"
    : "completion"

/** The properties of an endpoint that rules depend on. */
export interface ScriptedEndpoint {
  readonly path: string
  /** The kind of answer that can be the response. Without one, a rule can only give an error. */
  readonly answers?: AnswerKind | undefined
}

/** Whether an answer can be the response of an endpoint. */
export const isFor = ({ answers }: ScriptedEndpoint, answer: Script.Answer): boolean => {
  const kind = kindOf(answer)
  return kind === undefined || kind === answers
}
