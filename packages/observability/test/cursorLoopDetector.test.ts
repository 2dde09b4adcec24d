import { assert, describe, it } from "@effect/vitest"
import { makeCursorLoopDetector } from "../src/internal/cursorLoopDetector.ts"

describe("the cursor loop detector", () => {
  it("finds a cursor again after 1 to 255 others, immediately", () => {
    for (const others of [0, 1, 2, 100, 255]) {
      const isLoop = makeCursorLoopDetector()
      assert.isFalse(isLoop("first"))
      for (let i = 0; i < others; i++) assert.isFalse(isLoop(`other ${i}`))
      assert.isTrue(isLoop("first"), `${others}`)
    }
  })

  for (const length of [257, 500, 5000]) {
    it(`finds a loop of ${length} cursors within a few rounds`, () => {
      const isLoop = makeCursorLoopDetector()
      let steps = 0
      while (!isLoop(`cursor ${steps % length}`)) {
        steps++
        assert.isAtMost(steps, 4 * length)
      }
      assert.isAtLeast(steps, length)
    })
  }

  it("finds nothing in 100,000 distinct cursors", () => {
    const isLoop = makeCursorLoopDetector()
    for (let i = 0; i < 100_000; i++) if (isLoop(`cursor ${i}`)) assert.fail(`cursor ${i}`)
  })

  it("knows nothing of the cursors of another one", () => {
    assert.isFalse(makeCursorLoopDetector()("first"))
    assert.isFalse(makeCursorLoopDetector()("first"))
  })
})
