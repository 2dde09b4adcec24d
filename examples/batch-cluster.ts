/**
 * Three processes work on one durable batch over PostgreSQL, and one of them is killed in the middle. The program is that of
 * `batch-durable.ts`; only layers differ.
 *
 * Run: npm run postgres, and in another terminal: npm run example -- batch-cluster
 */
import { Batches, BatchProgress } from "@effect-mistral/batch"
import { Emulator } from "@effect-mistral/emulator"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Redacted, Stream } from "effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { batchesOver } from "./shared/batchCluster.ts"
import { reviews, Sentiments } from "./shared/reviews.ts"

const runner = fileURLToPath(new URL("shared/batch-runner.ts", import.meta.url))
const id = `reviews-${Date.now()}`

/** The processes all talk to one server: Mistral if there is a key, and otherwise an emulator in this process. */
const serverOfAll = Effect.gen(function*() {
  if (process.env.MISTRAL_API_KEY !== undefined) return process.env
  const { apiKey, url } = yield* Emulator.Emulator
  return { ...process.env, MISTRAL_API_KEY: Redacted.value(apiKey), MISTRAL_BASE_URL: url }
})

const start = (port: number, env: NodeJS.ProcessEnv) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [...process.execArgv, runner, String(port)], { env, stdio: "ignore" })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const program = Effect.gen(function*() {
  const env = yield* serverOfAll
  const [victim] = yield* Effect.forEach([34431, 34432, 34433], (port) => start(port, env))
  yield* Batches.start(Sentiments, { id, items: reviews(3000) })
  yield* Batches.progress(id).pipe(
    Stream.tap(({ share }) => Effect.sync(() => share > 0.4 && victim?.exitCode === null && victim.kill("SIGKILL"))),
    BatchProgress.show
  )
  const { answered, failed, identical, perhapsPaidTwice } = yield* Batches.status(id)
  yield* Console.log(`${answered} answered, ${failed} failed, ${identical} identical`)
  yield* Console.log(`one of three processes was killed: perhaps ${perhapsPaidTwice} requests were paid twice`)
})

const Live = Batches.layer([Sentiments]).pipe(Layer.provide(batchesOver()))
program.pipe(Effect.scoped, Effect.provide([Live, Emulator.layer(), NodeServices.layer]), NodeRuntime.runMain)
