/** The programs that `durable.ts` compares: the same items without durability, in a durable batch, and without the engine. */
import { BatchCluster, Batches, BatchRoute, Limits } from "@effect-mistral/batch"
import { Completion, Endpoint, MistralClient } from "@effect-mistral/core"
import { SqliteClient } from "@effect-mistral/node"
import { Effect, Layer, Stream } from "effect"
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { clientLayer, Items, requestOf } from "../test/durable/items.ts"

/** What one process measured: items a second, milliseconds of CPU time an item, MiB, and bytes an item over its own JSON. */
export interface Measured {
  readonly rate: number
  readonly cpu: number
  readonly memory: number
  readonly bytes: number
}

export interface Contender {
  readonly title: string
  /** Whether items are answered at once, without HTTP. */
  readonly instant: boolean
  readonly run: (url: string, items: number) => Promise<Measured>
}

const concurrency = 64
const answer = (item: string): Completion.Response => ({
  id: item,
  object: "chat.completion",
  created: 1,
  model: "mistral-small-latest",
  choices: [{
    index: 0,
    message: { role: "assistant", content: `Answer to ${item}: ${"lorem ipsum ".repeat(20)}` },
    finish_reason: "stop"
  }],
  usage: { prompt_tokens: 20, completion_tokens: 60, total_tokens: 80 }
})

/** The bytes that an item and its answer have as JSON. */
const ownBytes = (item: number) =>
  String(item).length + JSON.stringify(`Answer to ${item}: ${"lorem ipsum ".repeat(20)}`).length

const measure = async (items: number, work: Effect.Effect<unknown, unknown>, size: () => number): Promise<Measured> => {
  const begun = performance.now()
  const cpu = process.cpuUsage()
  await Effect.runPromise(work)
  const seconds = (performance.now() - begun) / 1000
  const { system, user } = process.cpuUsage(cpu)
  return {
    rate: items / seconds,
    cpu: (user + system) / 1000 / items,
    memory: process.resourceUsage().maxRSS / 1024,
    bytes: size()
  }
}

const plain = (url: string, items: number) =>
  measure(
    items,
    Stream.range(1, items).pipe(
      Stream.mapEffect(
        (item) =>
          MistralClient.MistralClient.use((client) => client.request(Endpoint.chat.complete, requestOf(item))).pipe(
            Effect.map(Completion.text)
          ),
        { concurrency, unordered: true }
      ),
      Stream.runDrain,
      Effect.provide(clientLayer(url))
    ),
    () => 0
  )

const durable =
  (inline: boolean, route: (url: string) => Layer.Layer<BatchRoute.BatchRoute>) =>
  async (url: string, items: number): Promise<Measured> => {
    const folder = mkdtempSync(join(tmpdir(), "durable-"))
    const batch = { id: "numbers", items: Stream.range(1, items) }
    const Live = Batches.layer([Items]).pipe(
      Layer.provide(route(url)),
      Layer.provide(BatchCluster.layerSingle()),
      Layer.provide(SqliteClient.layer({ filename: join(folder, "batch.db") }))
    )
    const work = inline
      ? Batches.runInline(Items, batch)
      : Effect.andThen(Batches.start(Items, batch), Batches.await(batch.id))
    const checked = Effect.filterOrFail(work, ({ answered }) => answered === items, () => "items are missing")
    try {
      return await measure(items, Effect.provide(checked, Live), () => {
        const all = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
        let own = 0
        for (let item = 1; item <= items; item++) own += ownBytes(item)
        return (all - own) / items
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

const live = (url: string) =>
  BatchRoute.live({ concurrency }).pipe(Layer.provide([clientLayer(url), Limits.layerUnlimited]))

/** Answers at once: what is left is what a durable batch costs. */
const instant = () =>
  BatchRoute.liveWith(
    // The cast is safe: the definition asks for chat completions.
    (request) =>
      Effect.succeed(answer(/item (\d+)/.exec((request as ReturnType<typeof requestOf>).messages[0]!.content)![1]!)),
    { concurrency }
  ).pipe(Layer.provide(Limits.layerUnlimited))

export const contenders: ReadonlyMap<string, Contender> = new Map([
  ["plain", { title: "`Stream.mapEffect`, nothing kept", instant: false, run: plain }],
  ["durable", { title: "durable batch", instant: false, run: durable(false, live) }],
  ["inline", { title: "durable batch, `runInline`", instant: false, run: durable(true, live) }],
  ["instant", { title: "durable batch", instant: true, run: durable(false, instant) }],
  ["instant-inline", { title: "durable batch, `runInline`", instant: true, run: durable(true, instant) }]
])
