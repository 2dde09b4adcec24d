import { Batches, Ledger } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ClusterWorkflowEngine } from "effect/cluster"
import { singleRunner } from "../packages/batch/src/internal/cluster/singleRunner.ts"
import { Echo, fakeRoute, texts } from "../packages/batch/test/durable/batches/support.ts"
import * as fs from "node:fs"

describe("x", () => {
  for (const n of [95, 95]) it.live("asks each item once " + n, () =>
    Effect.gen(function*() {
      const t0 = performance.now()
      const route = fakeRoute()
      route.gate = Effect.suspend(() => { if (route.asked.length === 1) console.log("first request", performance.now() - t0); return Effect.void })
      yield* Effect.gen(function*() {
        console.log("built", performance.now() - t0)
        const { start, await: awaitBatch } = yield* Batches.Batches
        const started = yield* start(Echo, { id: "b", items: texts(n) })
        console.log("loaded", performance.now() - t0)
        const ended = yield* awaitBatch("b")
        console.log("ended", performance.now() - t0, ended)
        assert.strictEqual(ended.state, "completed")
      }).pipe(Effect.provide(Batches.layer([Echo]).pipe(Layer.provide([route.layer, Ledger.layerMemory, ClusterWorkflowEngine.layer.pipe(Layer.provide(singleRunner(undefined)), Layer.provide(SqliteClient.layer({ filename: "/tmp/batches-x.db" })))]))))
      console.log("closed", performance.now() - t0)
    }))
})
