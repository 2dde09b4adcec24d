import type { ItemFailure } from "../../BatchError.ts"
import { usageOf } from "../live/usage.ts"
import { failureBody } from "../work/failureBody.ts"
import type { PartWork } from "../work/partWork.ts"
import { addTokens, noTokens, type OpenItem, type Tokens } from "./openItems.ts"

/** The outcome of an item, as a route commits it. */
export type Outcome = Parameters<PartWork["commit"]>[0]

/** The outcome of an item that has an answer, given as JSON text. `asked` is the number of its requests. */
export const answered = (seq: number, item: OpenItem, asked: number, body: string, tokens: Tokens): Outcome => ({
  seq,
  asked,
  doubtful: item.doubtful,
  failed: false,
  body,
  ...addTokens(item.used, tokens)
})

/** The outcome of an item that has failed. */
export const failed = (
  seq: number,
  item: OpenItem,
  asked: number,
  failure: ItemFailure,
  tokens: Tokens = noTokens
): Outcome => ({
  seq,
  asked,
  doubtful: item.doubtful,
  failed: true,
  body: failureBody(failure),
  ...addTokens(item.used, tokens)
})

/** The tokens that a response has used. Some endpoints, such as OCR, count none. */
export const tokensOf = (response: unknown): Tokens => {
  const usage = usageOf(response)
  return usage === undefined ? noTokens : { promptTokens: usage.prompt, completionTokens: usage.completion }
}
