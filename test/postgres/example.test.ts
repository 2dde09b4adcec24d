import { assert, describe, it } from "@effect/vitest"
import { inject } from "vitest"
import { examples } from "../../examples/list.ts"
import { assertPrints } from "../../examples/test/prints.ts"
import { startProgram } from "../durable/processes.ts"

const url = inject("postgresUrl")

describe.skipIf(url === "")("examples/batch-cluster.ts", () => {
  it("runs a batch in three processes, kills one, and says what may have been paid twice", async () => {
    const program = startProgram(new URL("../../examples/batch-cluster.ts", import.meta.url), [], { DATABASE_URL: url })
    assert.strictEqual(await program.ended, 0, program.output())
    assert.match(program.output(), /^2700 answered, 0 failed, 300 identical$/m)
    assert.match(
      program.output(),
      /one of three processes was killed: perhaps ([1-9]|[12]\d|3[0-2]) requests were paid twice/
    )
    assertPrints(program.output(), examples.find(({ name }) => name === "batch-cluster")?.prints ?? [])
  }, 120_000)
})
