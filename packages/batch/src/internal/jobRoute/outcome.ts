import * as Schema from "effect/Schema"
import { ItemFailure } from "../../BatchError.ts"
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
  body: JSON.stringify(encodeFailure(failure)),
  ...addTokens(item.used, tokens)
})

const encodeFailure = Schema.encodeUnknownSync(ItemFailure)

/** The tokens that a response has used. Some endpoints, such as OCR, count none. */
export const tokensOf = (response: unknown): Tokens => {
  // The cast is safe: each key is checked.
  const usage = (response as { readonly usage?: Readonly<Record<string, unknown>> | null } | null | undefined)?.usage
  return { promptTokens: numberOf(usage?.["prompt_tokens"]), completionTokens: numberOf(usage?.["completion_tokens"]) }
}

const numberOf = (value: unknown): number => typeof value === "number" && Number.isSafeInteger(value) ? value : 0
