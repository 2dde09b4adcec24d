/**
 * The client of the tests: an emulator in memory, which responds on the clock of the test.
 */
import { MistralClient } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { Effect, Layer } from "effect"

/** A client of an emulator that responds at once, unless options say otherwise, and the emulator. */
export const emulated = (options: Parameters<typeof Emulator.layerMemory>[0] = {}) =>
  Layer.effect(
    MistralClient.MistralClient,
    Effect.flatMap(Emulator.Emulator, ({ apiKey }) => MistralClient.make({ apiKey }))
  ).pipe(
    Layer.provideMerge(Emulator.layerMemory({ timeToFirstToken: 0, tokensPerSecond: Infinity, ...options }))
  )

/** The models of the requests that the emulator received, in their order. */
export const models = Effect.gen(function*() {
  const { requests } = yield* Emulator.Emulator
  return (yield* requests).map(({ body }) => (body as { readonly model: string }).model)
})
