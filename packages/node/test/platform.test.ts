import { UndiciHttpClient } from "@effect-mistral/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type { Dispatcher } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import { readFileSync } from "node:fs"
import { unsupported } from "../src/internal/platform.ts"

describe("UndiciHttpClient", () => {
  it("says which Node it needs, as the packages do that it is built on", () => {
    for (const node of ["18.20.8", "20.20.2", "22.0.0", "22.12.0", "22.18.9"]) {
      const sentence = unsupported({ node })
      assert.include(sentence, `needs Node 22.19 or later, because undici does, and this is Node ${node}`)
      assert.include(sentence, "use FetchHttpClient of @effect-mistral/core")
    }
    for (const node of ["22.19.0", "22.20.1", "24.0.0", "26.12.1"]) assert.isUndefined(unsupported({ node }))
    const enginesOf = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), "utf8")).engines
        .node
    assert.strictEqual(enginesOf("@effect-mistral/node"), "^22.19.0 || >=24.0.0")
    for (const name of ["@effect/platform-node", "undici"]) assert.match(enginesOf(name), /^>=22\.19/)
  })

  it("says that it does not run on Bun, whatever Node that claims to be", () => {
    assert.include(unsupported({ node: "24.3.0", bun: "1.4.5" }), "use FetchHttpClient of @effect-mistral/core")
  })

  it.effect("dies when it is built over a dispatcher that has no dispatch", () =>
    Effect.gen(function*() {
      // What Bun gives in place of undici.
      const stub = {} as Dispatcher
      const exit = yield* Effect.exit(Effect.scoped(Layer.build(
        Layer.provide(UndiciHttpClient.layerNoDispatcher, Layer.succeed(NodeHttpClient.Dispatcher, stub))
      )))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause) && !Cause.hasFails(exit.cause))
      assert.include(String(exit), "use FetchHttpClient of @effect-mistral/core")
    }))
})
