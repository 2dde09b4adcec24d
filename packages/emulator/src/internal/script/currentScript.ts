import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Script from "../../Script.ts"
import type { ErrorResponse } from "../http/errorResponse.ts"
import { type AnswerByKind, type AnswerKind, kindOf, type ScriptedEndpoint } from "./answerKind.ts"

/** The answer of a rule that is not an error. */
export type ScriptedContent = Exclude<Script.Answer, Script.Failure>

/** A rule that decides a response. */
export interface TakenRule {
  readonly label: string
  readonly answer: ScriptedContent | ErrorResponse
  /** Gives the use of the rule back, because it did not decide the response after all. */
  readonly putBack: Effect.Effect<void>
}

/** The rules of an emulator, as far as they decide responses. */
export interface ScriptRules {
  /**
   * Takes the first rule that fits a request, and counts one use of it; `undefined` if none fits. Fails if a request that no
   * rule fits is to be refused, or if the function of a rule fails.
   */
  readonly take: (
    endpoint: ScriptedEndpoint,
    body: unknown,
    headers: Readonly<Record<string, string>>,
    scope: string | undefined
  ) => Effect.Effect<TakenRule | undefined, ErrorResponse>
}

/** The script of the current emulator. */
export const CurrentScript: Context.Reference<ScriptRules> = Context.Reference(
  "@effect-mistral/emulator/internal/CurrentScript",
  {
    defaultValue: (): ScriptRules => ({ take: () => Effect.undefined })
  }
)

/** The scripted answer to the current request. */
export const CurrentAnswer: Context.Reference<ScriptedContent | undefined> = Context.Reference(
  "@effect-mistral/emulator/internal/CurrentAnswer",
  { defaultValue: (): ScriptedContent | undefined => undefined }
)

/** The scripted answer to the current request, for an operation that gives answers of a kind. */
export const scriptedAnswer = <Kind extends AnswerKind>(kind: Kind): Effect.Effect<AnswerByKind[Kind] | undefined> =>
  Effect.map(
    CurrentAnswer,
    (answer) =>
      // The cast is safe: `kindOf` tells the members of the union apart.
      answer !== undefined && kindOf(answer) === kind ? answer as AnswerByKind[Kind] : undefined
  )

/** The scope of the current request. */
export const CurrentScope: Context.Reference<string | undefined> = Context.Reference(
  "@effect-mistral/emulator/internal/CurrentScope",
  { defaultValue: (): string | undefined => undefined }
)

/** Notes the rule that decided the response to the current request. */
export const NoteRule: Context.Reference<(label: string) => Effect.Effect<void>> = Context.Reference(
  "@effect-mistral/emulator/internal/NoteRule",
  { defaultValue: () => (_label: string) => Effect.void }
)

/** Handles requests by the rules of a scope, outside the request that caused them. */
export const withScript =
  (rules: ScriptRules, scope: string | undefined) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(
      Effect.provideService(CurrentScript, rules),
      Effect.provideService(CurrentScope, scope),
      Effect.provideService(NoteRule, (_label: string) => Effect.void)
    )
