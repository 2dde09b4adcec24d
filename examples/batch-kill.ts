/**
 * Kills `batch-durable.ts` twice in the middle (`kill -9`), runs it to its end, and compares its report with what the emulator saw.
 *
 * Run: npm run example -- batch-kill
 */
import { Emulator } from "@effect-mistral/emulator"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Redacted, Schedule } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const file = fileURLToPath(new URL("batch-durable.ts", import.meta.url))
const database = join(mkdtempSync(join(tmpdir(), "batch-")), "reviews.db")

const program = Effect.gen(function*() {
  const { apiKey, requests, url } = yield* Emulator.Emulator
  const env = { ...process.env, MISTRAL_API_KEY: Redacted.value(apiKey), MISTRAL_BASE_URL: url }
  const start = Effect.sync(() =>
    spawn(process.execPath, [...process.execArgv, file, database, "1000"], {
      env,
      stdio: ["ignore", "inherit", "ignore"]
    })
  )
  const ended = (child: ReturnType<typeof spawn>) =>
    Effect.callback<void>((resume) => void child.once("exit", () => resume(Effect.void)))
  const asked = Effect.map(requests, (all) => all.length)

  for (const moment of [250, 600]) {
    const child = yield* start
    yield* Effect.repeat(asked, { schedule: Schedule.spaced("20 millis"), until: (count) => count >= moment })
    child.kill("SIGKILL")
    yield* ended(child)
    yield* Console.log(`killed after ${yield* asked} requests`)
  }
  yield* ended(yield* start)
  yield* Console.log(`the emulator saw ${yield* asked} requests`)
})

program.pipe(Effect.provide(Emulator.layer()), NodeRuntime.runMain)
