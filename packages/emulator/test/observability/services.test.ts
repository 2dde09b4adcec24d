/**
 * Each member of each observability service, called through the service and answered over a socket. The types define
 * the members: a table without one does not compile, and a service with a further one fails below.
 */
import type * as Endpoint from "@effect-mistral/core/Endpoint"
import { Emulator } from "@effect-mistral/emulator"
import { ObservabilityEndpoint } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { checks } from "../fixtures/observabilityChecks.ts"
import { type Check, tags, world } from "../fixtures/observabilityWorld.ts"
import { local, settled } from "../support.ts"

/** The endpoint that a member calls: the one with its name, or the one whose pages it reads. */
const calls: Readonly<Record<string, string>> = {
  "ChatCompletionEvents.fetchAll": "ChatCompletionEvents.fetch",
  "ChatCompletionEvents.judgeAll": "ChatCompletionEvents.judge",
  "Campaigns.await": "Campaigns.fetchStatus",
  "Datasets.awaitTask": "Datasets.fetchTask"
}

const endpoints = new Map<string, Pick<Endpoint.Endpoint<never, unknown>, "method" | "path">>(
  Object.values(ObservabilityEndpoint)
    .flatMap((resource) => Object.values(resource))
    .map(({ method, name, path }) => [name, { method, path }])
)

const endpointOf = (operation: string): string => calls[operation] ?? operation.replace(/All$/, "")

describe("over a socket", () => {
  for (const [name, members] of Object.entries(checks)) {
    for (const [member, check] of Object.entries<Check>(members)) {
      it.live(`${name}.${member} does what it says`, () =>
        Effect.gen(function*() {
          const emulator = yield* Emulator.Emulator
          const given = yield* world
          const before = (yield* emulator.requests).length
          yield* check(given)
          const { method, path } = endpoints.get(endpointOf(`${name}.${member}`))!
          const route = new RegExp(`^${path.replace(/\{\w+\}/g, "[^/?]+")}(\\?|$)`)
          const asked = (yield* emulator.requests).slice(before)
          assert.isTrue(asked.some((one) => one.method === method && route.test(one.path)))
          yield* settled
        }).pipe(Effect.provide(local())))
    }
  }

  it.effect("there is no member of a service, and no endpoint, that is not called", () =>
    Effect.gen(function*() {
      const names = Object.entries(checks).flatMap(([name, members]) =>
        Object.keys(members).map((member) => `${name}.${member}`)
      )
      const members = new Array<string>()
      for (const [name, service] of Object.entries(yield* Effect.all(tags))) {
        members.push(...Object.keys(service).map((member) => `${name}.${member}`))
      }
      assert.deepStrictEqual(names.sort(), members.sort())
      assert.deepStrictEqual([...new Set(names.map(endpointOf))].sort(), [...endpoints.keys()].sort())
    }).pipe(Effect.provide(local())))
})
