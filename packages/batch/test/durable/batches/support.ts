import { Batch, BatchRoute, type Ledger } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { Deferred, Effect, Layer, Schema } from "effect"

/** A definition whose item is a text and whose answer is the text of the response. */
export const Echo = echo("echo")

export function echo(
  name: string,
  options?: { readonly version?: string; readonly prompt?: (text: string) => string }
) {
  return Batch.forEndpoint(Endpoint.chat.complete, {
    name,
    version: options?.version,
    item: Schema.Struct({ text: Schema.String }),
    request: ({ text }) => ({
      model: "m",
      messages: [{ role: "user" as const, content: options?.prompt?.(text) ?? text }]
    }),
    answer: Schema.String,
    read: () => ""
  })
}

export const texts = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ text: `t${from + index}` }))

export interface FakeRoute {
  readonly layer: Layer.Layer<BatchRoute.BatchRoute>
  /** The `seq` of the items in the order in which they were asked. */
  readonly asked: Array<number>
  /** Requests wait for it. It is open at first. */
  gate: Effect.Effect<void>
  /** Whether an item fails. */
  fails: (seq: number) => boolean
}

/** A route that answers each item with its prompt, and writes down what it was asked for. */
export const fakeRoute = (options: Partial<Omit<BatchRoute.Service, "run">> = {}): FakeRoute => {
  const route: FakeRoute = {
    asked: [],
    gate: Effect.void,
    fails: () => false,
    layer: Layer.sync(BatchRoute.BatchRoute, () => ({
      name: "live" as const,
      partSize: 10,
      concurrency: 4,
      parts: 2,
      window: 4,
      ...options,
      run: ({ commit, mayAsk, permits, requests }) =>
        Effect.forEach(requests, ({ request, seq }) =>
          permits.withPermit(Effect.gen(function*() {
            yield* mayAsk
            route.asked.push(seq)
            yield* route.gate
            yield* commit(outcome(seq, request, route.fails(seq)))
          })), { concurrency: "unbounded", discard: true })
    }))
  }
  return route
}

const outcome = (seq: number, request: object, failed: boolean): Omit<Ledger.Outcome, "key" | "part" | "claim"> => ({
  seq,
  failed,
  body: failed
    ? JSON.stringify({ _tag: "AnswerFailed", description: "the test says so" })
    : JSON.stringify(JSON.stringify(request)),
  asked: 1,
  doubtful: 0,
  promptTokens: 3,
  completionTokens: 2
})

/** Holds the requests of a route back until it is opened. */
export const holdBack = (route: FakeRoute) => {
  const gate = Deferred.makeUnsafe<void>()
  route.gate = Deferred.await(gate)
  return Effect.asVoid(Deferred.succeed(gate, undefined))
}
