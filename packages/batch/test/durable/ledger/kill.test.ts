/** A process that is killed while it loads and commits. */
import { Ledger } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { killAll, startProgram } from "./processes.ts"

describe("a ledger whose process was killed", () => {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"))
  afterAll(() => {
    killAll()
    rmSync(folder, { recursive: true })
  })

  it("has each outcome that was committed, and counts that are true", async () => {
    const filename = join(folder, "killed.db")
    const read = Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const [batch] = yield* ledger.list
      assert.isDefined(batch)
      const parts = yield* ledger.parts(batch.key, 0, 10_000)
      const outcomes = yield* ledger.outcomes(batch.key, { order: "completion", after: -1, limit: 10_000 })
      return { batch, parts, outcomes }
    }).pipe(Effect.provide(Ledger.layer.pipe(Layer.provide(SqliteClient.layer({ filename })))))
    let committed = 0
    for (const kill of [1, 2]) {
      const program = await startProgram("killedProgram.ts", filename)
      program.go()
      await program.untilLine((line) => Number(line.split(" ")[1]) >= committed + 100)
      program.kill()
      assert.strictEqual((await program.ended).code, null)
      committed = Number(program.lines().at(-1)?.split(" ")[1])
      const { batch, outcomes, parts } = await Effect.runPromise(read)
      assert.isAtLeast(batch.answered, committed)
      assert.strictEqual(outcomes.length, batch.answered)
      assert.strictEqual(new Set(outcomes.map(({ seq }) => seq)).size, batch.answered)
      assert.strictEqual(batch.asked, batch.answered)
      assert.strictEqual(batch.promptTokens, 10 * batch.answered)
      assert.strictEqual(parts.length, batch.parts)
      assert.strictEqual((parts.at(-1)?.last ?? -1) + 1, batch.items)
      // Each worker but the last one was killed while it had at most one part.
      assert.isAtMost(batch.perhapsPaidTwice, 8 * (kill - 1))
      committed = batch.answered
    }
  }, 120_000)
})
