/** Lists of batch jobs. */
import type * as BatchJob from "@effect-mistral/batch/BatchJob"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { local, raw } from "../support.ts"
import { cancel, create, ended, listJobs, memory, questions } from "./batchSupport.ts"

/** Creates nine jobs, a minute apart, and gives their ids, oldest first. */
const nine = Effect.gen(function*() {
  const ids: Array<string> = []
  for (let at = 0; at < 9; at++) {
    const { id } = yield* create({
      requests: questions(1),
      ...(at % 3 === 2
        ? { agent_id: "ag_emulator" }
        : { model: at % 3 === 0 ? "mistral-small" : "mistral-large-latest" }),
      ...(at % 2 === 0 ? { metadata: { tenant: `t${at % 4}`, "we\"ird'key": "a b&c" } } : undefined)
    })
    ids.push(id)
    yield* TestClock.adjust("1 minute")
  }
  yield* cancel(ids[0]!)
  yield* cancel(ids[1]!)
  yield* ended(ids[0]!)
  yield* ended(ids[1]!)
  return ids
})

const queued = memory({ batchQueueTime: "1 day" })

describe("a list of jobs", () => {
  it.effect("has the newest first, in pages that count from 0", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* listJobs(), { data: [], object: "list", total: 0 })
      const ids = yield* nine
      const newest = ids.toReversed()
      const found = (query?: BatchJob.ListQuery) =>
        Effect.map(listJobs(query), ({ data, total }) => [(data ?? []).map(({ id }) => id), total] as const)
      assert.deepStrictEqual(yield* found(), [newest, 9])
      assert.deepStrictEqual(yield* found({ order_by: "created" }), [ids, 9])
      assert.deepStrictEqual(yield* found({ page_size: 4 }), [newest.slice(0, 4), 9])
      assert.deepStrictEqual(yield* found({ page_size: 4, page: 2 }), [newest.slice(8), 9])
      assert.deepStrictEqual(yield* found({ page_size: 4, page: 3 }), [[], 9])
      assert.deepStrictEqual(yield* found({ page: 9_000_000, page_size: 9_000_000 }), [[], 9])
    }).pipe(Effect.provide(queued)))

  it.effect("has the jobs that fit every filter", () =>
    Effect.gen(function*() {
      const ids = yield* nine
      const cases: ReadonlyArray<readonly [BatchJob.ListQuery, ReadonlyArray<number>]> = [
        [{ model: "mistral-small" }, [0, 3, 6]],
        [{ model: "mistral-none" }, []],
        [{ agent_id: "ag_emulator" }, [2, 5, 8]],
        [{ metadata: { tenant: "t0" } }, [0, 4, 8]],
        [{ metadata: { tenant: "t0", "we\"ird'key": "a b&c" } }, [0, 4, 8]],
        [{ metadata: { tenant: "t0", other: "a" } }, []],
        [{ metadata: { "'); DROP TABLE batch_jobs; --": "a" } }, []],
        [{ status: ["CANCELLED"] }, [0, 1]],
        [{ status: ["QUEUED", "RUNNING"] }, [2, 3, 4, 5, 6, 7, 8]],
        [{ status: ["SUCCESS"] }, []],
        [{ created_by_me: true }, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
        [{ created_after: "1970-01-01T00:04:00Z" }, [5, 6, 7, 8]],
        [{ created_after: "1970-01-01T00:03:59.999Z" }, [4, 5, 6, 7, 8]],
        [{ created_after: "1970-01-01T01:04:00+01:00" }, [5, 6, 7, 8]],
        [{ created_after: "1970-01-01T00:04:00" }, [5, 6, 7, 8]],
        [{ created_after: "1970-01-02" }, []],
        [{ model: "mistral-small", metadata: { tenant: "t0" }, status: ["CANCELLED", "QUEUED"] }, [0]]
      ]
      for (const [query, expected] of cases) {
        const { data, total } = yield* listJobs({ order_by: "created", ...query })
        const found = (data ?? []).map(({ id }) => ids.indexOf(id))
        assert.deepStrictEqual(found, [...expected], JSON.stringify(query))
        assert.strictEqual(total, expected.length, JSON.stringify(query))
      }
    }).pipe(Effect.provide(queued)))

  it.effect("refuses parameters that are not valid, each with its name", () =>
    Effect.gen(function*() {
      for (
        const [key, value] of [
          ["page", "-1"],
          ["page", "first"],
          ["page_size", "0"],
          ["created_after", "yesterday"],
          ["created_after", "2026-13-01T00:00:00Z"],
          ["created_by_me", "perhaps"],
          ["status", "DONE"],
          ["order_by", "model"]
        ]
      ) {
        const { json, status } = yield* raw(`/v1/batch/jobs?${key}=${value}`)
        assert.strictEqual(status, 422, `${key}=${value}`)
        const [problem] = (json as { readonly detail: ReadonlyArray<{ readonly loc: unknown }> }).detail
        assert.deepStrictEqual(problem?.loc, ["query", key])
      }
      const nobody = "00000000-0000-4000-8000-00000000000f"
      assert.strictEqual((yield* raw(`/v1/batch/jobs/${nobody}?inline=maybe`)).status, 404)
    }).pipe(Effect.provide(local())))
})
