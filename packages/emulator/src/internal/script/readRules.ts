import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Rules from "../../Rules.ts"
import * as Script from "../../Script.ts"
import { strictDecoder } from "../json/strictDecoder.ts"

const readScript = strictDecoder(Script.Script)

const readAnswer = strictDecoder(Script.Answer)

/** Validates rules of unknown origin: one, or a list. */
export const readRules = (input: unknown): Result.Result<Script.Script, Rules.InvalidRule> =>
  Result.mapError(
    readScript(Array.isArray(input) ? input : [input]),
    (message) => new Rules.InvalidRule({ message })
  )

/** Whether the answer of a rule is a function. */
export const isFunctionRule = (rule: Rules.Rule): rule is Rules.FunctionRule => typeof rule.answer === "function"

/** Validates rules of a program, functions included. */
export const checkRules = (
  rules: ReadonlyArray<Rules.Rule>
): Effect.Effect<ReadonlyArray<Rules.Rule>, Rules.InvalidRule> =>
  Effect.as(
    // Only what a function returns can be validated.
    Effect.fromResult(readRules(rules.map((rule) => isFunctionRule(rule) ? { ...rule, answer: {} } : rule))),
    rules
  )

/** Validates what the function of a rule returned. */
export const checkAnswer = (answer: unknown): Result.Result<Script.Answer, string> => readAnswer(answer)
