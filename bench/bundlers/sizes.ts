/** The sizes of all bundles of all bundlers. */
import { Emulator } from "@effect-mistral/emulator"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { measureInChild } from "../measureInChild.ts"
import { bundlers } from "./bundlers.ts"
import type { BundleSize } from "./measure.ts"
import { script } from "./script.ts"

/** Bundles and runs every program by every bundler, two bundlers at a time, against an emulator. */
export const bundleSizes: Effect.Effect<ReadonlyArray<BundleSize>> = Effect.gen(function*() {
  const { url } = yield* Emulator.Emulator
  const measured = yield* Effect.forEach(
    // The slowest first.
    Object.keys(bundlers).toReversed(),
    (bundler) =>
      Effect.promise(() =>
        measureInChild<ReadonlyArray<BundleSize>>(bundler, import.meta.resolve("./measure.ts"), [bundler, url])
      ),
    { concurrency: 2 }
  )
  return measured.toReversed().flat()
}).pipe(
  Effect.provide(
    Emulator.layer({ apiKey: Redacted.make("key"), timeToFirstToken: 0, tokensPerSecond: Infinity, script })
  ),
  Effect.orDie
)
