import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Batch } from "../../Batch.ts"
import { InvalidItem, type RequestFailed } from "../../BatchError.ts"
import { costOf } from "../work/pauseReason.ts"
import type { Estimate, EstimateOptions } from "./estimate.ts"
import { estimateTokens } from "./estimateTokens.ts"
import { textHash } from "./textHash.ts"

/** Estimates the requests of items: how many there are, and what they cost. */
export const estimateItems = <Item, Answer, E = never, R = never>(
  { definition, name }: Batch<Item, Answer>,
  items: Iterable<Item> | Stream.Stream<Item, E, R>,
  options: EstimateOptions = {}
): Effect.Effect<Estimate, InvalidItem | RequestFailed | E, R> =>
  Effect.suspend(() => {
    const sum = new Sum(options)

    const add = (item: Item): InvalidItem | RequestFailed | undefined => {
      const encoded = definition.encodeItem(item)
      if (Result.isFailure(encoded)) return new InvalidItem({ id: name, index: sum.items, issues: encoded.failure })
      const request = definition.request(encoded.success)
      if (Result.isFailure(request)) return request.failure
      sum.add(request.success)
      return undefined
    }

    const stream: Stream.Stream<Item, E, R> = Stream.isStream(items) ? items : Stream.fromIterable(items)
    return Stream.runForEachArray(stream, (page): Effect.Effect<void, InvalidItem | RequestFailed> => {
      for (const item of page) {
        const error = add(item)
        if (error !== undefined) return Effect.fail(error)
      }
      return Effect.void
    }).pipe(Effect.map(() => sum.estimate()))
  })

/** What the requests so far add up to. */
class Sum {
  items = 0
  readonly #options: EstimateOptions
  readonly #hashes = new Set<number>()
  #identical = 0
  #promptTokens = 0
  #completionTokens = 0
  /** Whether the tokens of every answer are known. */
  #known = true

  constructor(options: EstimateOptions) {
    this.#options = options
  }

  add(request: object): void {
    this.items++
    if (this.#options.askIdentical !== true && this.#isIdentical(request)) {
      this.#identical++
      return
    }
    this.#promptTokens += estimateTokens(request)
    const completionTokens = this.#options.completionTokens ?? mostCompletionTokens(request)
    if (completionTokens === undefined) this.#known = false
    else this.#completionTokens += completionTokens
  }

  estimate(): Estimate {
    const { concurrency = 1, millis, rates, requestsPerMinute, tokensPerMinute } = this.#options
    const requests = this.items - this.#identical
    const completionTokens = this.#known ? Math.round(this.#completionTokens) : undefined
    const tokens = this.#promptTokens + (completionTokens ?? 0)
    const durations = [
      ...requestsPerMinute === undefined ? [] : [requests * 60_000 / requestsPerMinute],
      ...tokensPerMinute === undefined ? [] : [tokens * 60_000 / tokensPerMinute],
      ...millis === undefined ? [] : [Math.ceil(requests / concurrency) * millis]
    ]
    return {
      items: this.items,
      identical: this.#identical,
      requests,
      promptTokens: this.#promptTokens,
      completionTokens,
      cost: completionTokens === undefined || rates === undefined
        ? undefined
        : costOf({ promptTokens: this.#promptTokens, completionTokens }, rates),
      duration: durations.length === 0 ? undefined : Math.max(...durations)
    }
  }

  #isIdentical(request: object): boolean {
    const hash = textHash(JSON.stringify(request))
    if (this.#hashes.has(hash)) return true
    if (this.#hashes.size < mostHashes) this.#hashes.add(hash)
    return false
  }
}

/** The most tokens that the answer to a request can have. */
const mostCompletionTokens = (request: object): number | undefined => {
  if (!("max_tokens" in request) || typeof request.max_tokens !== "number") return undefined
  return request.max_tokens * ("n" in request && typeof request.n === "number" ? request.n : 1)
}

/** A JavaScript set holds 16 million at most. */
const mostHashes = 8_000_000
