/**
 * One of several processes that run a durable batch over one PostgreSQL, which tests start, kill and freeze.
 *
 * Run: node --conditions=@effect-mistral/source test/postgres/runner.ts --port 34500 --database postgres://... --url http://...
 */
import { Batches } from "@effect-mistral/batch"
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { parseArgs } from "node:util"
import { Items } from "../durable/items.ts"
import { clusterLayer, routeLayer } from "./layers.ts"

const { values: flags } = parseArgs({
  options: {
    port: { type: "string" },
    database: { type: "string", default: "" },
    url: { type: "string", default: "" },
    concurrency: { type: "string", default: "16" },
    part: { type: "string", default: "250" },
    perMinute: { type: "string" },
    expiration: { type: "string" }
  }
})

const number = (flag: string | undefined) => flag === undefined ? undefined : Number(flag)

const Runner = Batches.layer([Items]).pipe(
  Layer.provide(routeLayer({
    url: flags.url,
    concurrency: Number(flags.concurrency),
    partSize: Number(flags.part),
    requestsPerMinute: number(flags.perMinute)
  })),
  Layer.provide(clusterLayer({
    database: flags.database,
    port: number(flags.port),
    expiration: number(flags.expiration)
  }))
)

Layer.launch(Runner).pipe(Effect.andThen(Effect.never), NodeRuntime.runMain)
