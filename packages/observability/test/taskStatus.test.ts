import { TaskStatus } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"

const final: Readonly<Record<TaskStatus.Known, boolean>> = {
  RUNNING: false,
  COMPLETED: true,
  FAILED: true,
  CANCELED: true,
  TERMINATED: true,
  CONTINUED_AS_NEW: false,
  TIMED_OUT: true,
  UNKNOWN: false
}

describe("TaskStatus.hasEnded", () => {
  for (const [status, ended] of Object.entries(final)) {
    it(`is ${ended} for ${status}`, () => {
      assert.strictEqual(TaskStatus.hasEnded(status), ended)
    })
  }

  it("is false for a status that this version does not know", () => {
    assert.isFalse(TaskStatus.hasEnded("PAUSED"))
    assert.isFalse(TaskStatus.hasEnded("completed"))
  })
})
