import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Guardrail from "@effect-mistral/core/Guardrail"
import { ErrorResponse } from "../http/errorResponse.ts"
import type { ModelList } from "../models/modelList.ts"
import { messageText } from "../text/promptText.ts"
import { type Categories, categoriesV1, categoriesV2, categoryScores, defaultThreshold } from "./categoryScores.ts"

type Moderation = typeof Guardrail.ModerationV1.Type | typeof Guardrail.ModerationV2.Type

interface Decision {
  readonly threshold: number
  readonly score: number
  readonly violated: boolean
}

type Verdict =
  | { readonly model_name: string; readonly decisions: Readonly<Record<string, Decision>> }
  | { readonly error: { readonly message: string } }

/** The result of a guardrail that let a message pass, in the API's form: by the name of the moderation. */
export type GuardrailResult = Readonly<Record<string, unknown>>

const kinds: ReadonlyArray<
  readonly [
    name: "moderation_llm_v1" | "moderation_llm_v2",
    model: string,
    categories: Categories
  ]
> = [
  ["moderation_llm_v1", "mistral-moderation-2411", categoriesV1],
  ["moderation_llm_v2", "mistral-moderation-2603", categoriesV2]
]

const judge = (
  models: ModelList,
  moderation: Moderation,
  usualModel: string,
  categories: Categories,
  text: string
): Verdict => {
  const model_name = moderation.model_name ?? usualModel
  if (models.require(model_name, "moderation") instanceof ErrorResponse) {
    return { error: { message: "Moderation API request failed." } }
  }
  const own: Readonly<Record<string, number | null | undefined>> = { ...moderation.custom_category_thresholds }
  const decisions = Object.entries(categoryScores(text, categories)).flatMap(([category, score]) => {
    const threshold = own[category] ?? (moderation.ignore_other_categories === true ? undefined : defaultThreshold)
    return threshold === undefined ? [] : [[category, { threshold, score, violated: score >= threshold }] as const]
  })
  return { model_name, decisions: Object.fromEntries(decisions) }
}

const isViolated = (verdict: Verdict): boolean =>
  "decisions" in verdict && Object.values(verdict.decisions).some(({ violated }) => violated)

const toResult = (verdict: Verdict): unknown =>
  "error" in verdict ? { action: "none", ...verdict } : {
    action: "none",
    categories: Object.fromEntries(
      Object.entries(verdict.decisions).map(([category, { score, violated }]) => [category, { score, violated }])
    )
  }

interface Judged {
  readonly name: string
  readonly verdict: Verdict
  readonly action: "none" | "block"
}

const blocked = (judged: ReadonlyArray<Judged>): ErrorResponse =>
  new ErrorResponse({
    status: 403,
    body: {
      error: { message: "Content blocked by guardrail", status: 403 },
      guardrails: {
        results: Object.fromEntries(
          judged.map(({ action, name, verdict }) => [name, { ...verdict, violated: isViolated(verdict), action }])
        )
      }
    }
  })

const failed = (judged: ReadonlyArray<Judged>): ErrorResponse =>
  new ErrorResponse({
    status: 403,
    body: {
      object: "Error",
      message: "Request blocked due to error in guardrail evaluation and block_on_error is set to True.",
      type: "invalid_request_error",
      code: 3201,
      guardrails: judged.flatMap(({ name, verdict }) =>
        "error" in verdict ? [{ [name]: { action: "block", ...verdict } }] : []
      )
    }
  })

const apply = (models: ModelList, guardrail: Guardrail.Guardrail, text: string): GuardrailResult | ErrorResponse => {
  const judged = kinds.flatMap(([name, model, categories]): ReadonlyArray<Judged> => {
    const moderation = guardrail[name]
    return moderation === null || moderation === undefined
      ? []
      : [{ name, verdict: judge(models, moderation, model, categories, text), action: moderation.action ?? "none" }]
  })
  if (guardrail.block_on_error === true && judged.some(({ verdict }) => "error" in verdict)) return failed(judged)
  if (judged.some(({ action, verdict }) => action === "block" && isViolated(verdict))) return blocked(judged)
  return Object.fromEntries(judged.map(({ name, verdict }) => [name, toResult(verdict)]))
}

/**
 * Applies the guardrails of a request to its last message, in order. Gives an error response if one of them blocks it.
 *
 * *Details*: the words and patterns are those of the moderation endpoints.
 */
export const guardrailResults = (
  models: ModelList,
  request: CompletionRequest.Chat
): ReadonlyArray<GuardrailResult> | ErrorResponse => {
  const last = request.messages.at(-1)
  const text = last === undefined ? "" : messageText(last)
  const results: Array<GuardrailResult> = []
  for (const guardrail of request.guardrails ?? []) {
    const one = apply(models, guardrail, text)
    if (one instanceof ErrorResponse) return one
    results.push(one)
  }
  return results
}
