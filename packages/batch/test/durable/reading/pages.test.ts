import type { Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { readOutcomes } from "../../../src/internal/reading/readOutcomes.ts"
import { batch } from "../progress/batches.ts"
import { Numbers } from "./definitions.ts"

describe("the pages by which outcomes are read", () => {
  it.effect("have a thousand outcomes at most, of which each is read once", () =>
    Effect.gen(function*() {
      const { ledger, pages } = makeLedger({ outcomes: 100_000, characters: 10 })
      let sum = 0
      yield* Stream.runForEachArray(
        readOutcomes(ledger, Numbers, "november"),
        (outcomes) => Effect.sync(() => outcomes.forEach(({ item }) => sum += item))
      )
      assert.strictEqual(sum, 100_000 * 99_999 / 2)
      assert.strictEqual(Math.max(...pages), 1000)
      assert.strictEqual(pages.reduce((all, page) => all + page, 0), 100_000)
    }))

  it.effect("have about a million characters, also where each answer is a document", () =>
    Effect.gen(function*() {
      const documents = makeLedger({ outcomes: 40, characters: 300_000 })
      yield* Stream.runDrain(readOutcomes(documents.ledger, Numbers, "november"))
      assert.isAtMost(documents.pages[0]!, 16)
      assert.deepStrictEqual([...new Set(documents.pages.slice(1, -1))], [3])
      const books = makeLedger({ outcomes: 20, characters: 1_200_000 })
      yield* Stream.runDrain(readOutcomes(books.ledger, Numbers, "november"))
      assert.deepStrictEqual([...new Set(books.pages.slice(1, -1))], [1])
    }))

  it.effect("grow again after large answers", () =>
    Effect.gen(function*() {
      const { ledger, pages } = makeLedger({ outcomes: 5000, characters: (seq) => seq < 20 ? 500_000 : 10 })
      yield* Stream.runDrain(readOutcomes(ledger, Numbers, "november"))
      assert.isAtMost(Math.max(...pages.slice(1, 3)), 2)
      assert.strictEqual(Math.max(...pages), 1000)
    }))

  it.effect("are read when the outcomes before have been consumed", () =>
    Effect.gen(function*() {
      const { ledger, pages } = makeLedger({ outcomes: 100_000, characters: 10 })
      let read = 0
      yield* readOutcomes(ledger, Numbers, "november").pipe(
        Stream.tap(() =>
          Effect.sync(() => {
            read++
            const fetched = pages.reduce((all, page) => all + page, 0)
            assert.isAtMost(fetched - read, pages.at(-1)!)
          })
        ),
        Stream.take(3000),
        Stream.runDrain
      )
      assert.isAtMost(pages.length, 8)
    }))
})

/** A ledger of one completed batch, whose outcomes are made when they are read. `pages` are the lengths of the pages so far. */
const makeLedger = ({ characters, outcomes }: {
  readonly outcomes: number
  readonly characters: number | ((seq: number) => number)
}) => {
  const pages: Array<number> = []
  const bodies = new Map<number, string>()
  const bodyOf = (size: number): string => {
    const body = bodies.get(size) ?? JSON.stringify("a".repeat(size))
    bodies.set(size, body)
    return body
  }
  const found: Ledger.Batch = { ...batch, state: "completed", fingerprint: Numbers.definition.fingerprint }
  const ledger: Pick<Ledger.Service, "find" | "fetch" | "outcomes"> = {
    find: () => Effect.succeedSome(found),
    fetch: () => Effect.succeedSome(found),
    outcomes: (_, { after, limit }) =>
      Effect.sync(() => {
        const length = Math.min(limit, outcomes - 1 - after)
        pages.push(length)
        return Array.from({ length }, (_, index) => {
          const seq = after + 1 + index
          const size = typeof characters === "number" ? characters : characters(seq)
          return {
            seq,
            position: seq,
            identical: false,
            item: String(seq),
            failed: false,
            body: bodyOf(size),
            asked: 1,
            promptTokens: 1,
            completionTokens: 1
          }
        })
      })
  }
  return { ledger, pages }
}
