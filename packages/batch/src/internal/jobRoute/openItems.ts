import type { PartWork } from "../work/partWork.ts"

/** The tokens of a response. */
export interface Tokens {
  readonly promptTokens: number
  readonly completionTokens: number
}

/** An item of a part that has no outcome yet, with what its requests in earlier jobs may have cost. */
export interface OpenItem {
  readonly request: object
  /** The number of requests whose results were lost, and that are counted with the outcome. */
  doubtful: number
  /** The tokens of earlier responses that were no answer. */
  used: Tokens
  /** What the job that is read says of the item, where that is no outcome: an error that may pass, or a response. */
  unanswered: Tokens | undefined
}

/** The items of a part that have no outcome yet, by `seq`, in their order. */
export type OpenItems = Map<number, OpenItem>

/** The items of a part when a route begins with it. */
export const openItems = ({ requests }: PartWork): OpenItems =>
  new Map(requests.map(({ request, seq }) => [seq, { request, doubtful: 0, used: noTokens, unanswered: undefined }]))

/** The tokens of a request that has no response. */
export const noTokens: Tokens = { promptTokens: 0, completionTokens: 0 }

/** The tokens of two responses. */
export const addTokens = (some: Tokens, others: Tokens): Tokens => ({
  promptTokens: some.promptTokens + others.promptTokens,
  completionTokens: some.completionTokens + others.completionTokens
})

/** The id of an item's request in a job. */
export const customId = (seq: number): string => String(seq)

/** The open item that a `custom_id` is about. */
export const itemOf = (
  items: OpenItems,
  custom_id: string | null
): readonly [seq: number, item: OpenItem] | undefined => {
  const seq = custom_id === null || !/^\d+$/.test(custom_id) ? -1 : Number(custom_id)
  const item = items.get(seq)
  return item === undefined ? undefined : [seq, item]
}
