/** Jobs of any requests, whose results come in any order, in any files and in any pieces. */
import { Completion, Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema, Stream } from "effect"
import { answered, asked, job, lines, over, read, refused } from "./memoryServer.ts"

/** What becomes of a request: an answer, an error, a line that cannot be read, or nothing. */
const Fate = Schema.Literals(["answered", "answered", "refused", "garbled", "lost"])

const Requests = Schema.Array(Schema.Struct({ id: Schema.String, fate: Fate, rank: Schema.Natural }))

describe("the results of any job", () => {
  it.effect.prop(
    "are the answers by id, in any order, however the files are cut",
    { requests: Requests, cuts: Schema.Array(Schema.Natural), blank: Schema.Boolean },
    ({ blank, cuts, requests }) =>
      Effect.gen(function*() {
        const done = shuffled(unique(requests))
        const files = {
          out: cutAt(
            lines(...done.map(({ id }) => answered(id, `answer to ${id}`))) + (blank ? "\n\r\n" : ""),
            cuts
          )
        }
        const results = yield* read({ files }, job({ total_requests: done.length, output_file: "out" }), {
          customIds: []
        })
        assert.deepStrictEqual(
          results.map(({ custom_id, result }) => [custom_id, Completion.text(Result.getOrThrow(result))]),
          done.map(({ id }) => [id, `answer to ${id}`])
        )
      }),
    { arbitrary: { runs: 150 } }
  )

  it.effect.prop(
    "and the requests without a result are all requests, each once",
    {
      requests: Requests,
      cuts: Schema.Array(Schema.Natural),
      status: Schema.Literals(["SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"]),
      given: Schema.Boolean
    },
    ({ cuts, given, requests: any, status }) =>
      Effect.gen(function*() {
        const requests = unique(any)
        const ids = requests.map(({ id }) => id)
        const done = shuffled(requests)
        const out = done.flatMap(({ fate, id }) =>
          fate === "answered" ? [answered(id)] : fate === "garbled" ? [`${answered(id).slice(0, -9)}`.slice(1)] : []
        )
        const bad = done.flatMap(({ fate, id }) => fate === "refused" ? [refused(id, 500)] : [])
        const files = {
          out: cutAt(lines(...out), cuts),
          bad: cutAt(lines(...bad), cuts),
          in: cutAt(lines(...ids.map(asked)), cuts)
        }
        const { requests: read, results } = over({ files })
        const source = job({ status, error_file: "bad", total_requests: ids.length })
        const all = yield* Stream.runCollect(
          results(source, Endpoint.chat.complete, given ? { customIds: ids } : {})
        )

        const named = all.filter(({ custom_id }) => custom_id !== null)
        assert.deepStrictEqual(named.map(({ custom_id }) => custom_id).sort(), [...ids].sort())
        const by = (fates: ReadonlyArray<string>) =>
          requests.filter(({ fate }) => fates.includes(fate)).map(({ id }) => id).sort()
        const having = (tag: string) =>
          named.flatMap(({ custom_id, result }) => tagOf(result) === tag ? [custom_id] : []).sort()
        assert.deepStrictEqual(having("none"), by(["answered"]))
        assert.deepStrictEqual(having("ServerError"), by(["refused"]))
        assert.deepStrictEqual(having("NotProcessed"), by(["garbled", "lost"]))

        // What has no name is a line that cannot be read, or says that nothing is known of a job without requests.
        const unnamed = all.filter(({ custom_id }) => custom_id === null).map(({ result }) => tagOf(result))
        const nothing = ids.length === 0 && status !== "SUCCESS"
        assert.deepStrictEqual(unnamed, nothing ? ["NotProcessed"] : by(["garbled"]).map(() => "InvalidResponse"))
        const complete = ids.length > 0 && by(["garbled", "lost"]).length === 0
        assert.strictEqual(read.includes("in"), !given && !complete)
      }),
    { arbitrary: { runs: 250 } }
  )
})

const unique = (requests: typeof Requests.Type) => [...new Map(requests.map((one) => [one.id, one])).values()]

const shuffled = (requests: typeof Requests.Type) => requests.toSorted((a, b) => a.rank - b.rank)

const tagOf = (result: Result.Result<unknown, { readonly _tag: string }>): string =>
  Result.isSuccess(result)
    ? "none"
    : "reason" in result.failure
    ? (result.failure.reason as { readonly _tag: string })._tag
    : result.failure._tag

/** The bytes of a text in pieces of the given sizes, over and over. */
const cutAt = (text: string, sizes: ReadonlyArray<number>): Stream.Stream<Uint8Array> => {
  const bytes = new TextEncoder().encode(text)
  const pieces: Array<Uint8Array> = []
  for (let start = 0, index = 0; start < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : 1 + sizes[index % sizes.length]! % 200
    pieces.push(bytes.slice(start, start + size))
    start += size
  }
  return Stream.fromIterable(pieces)
}
