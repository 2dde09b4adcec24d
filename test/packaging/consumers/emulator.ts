/** An emulator in the program itself. */
import { Emulator } from "@effect-mistral/emulator"
import { Effect, Redacted } from "effect"
import { print } from "./client.ts"

const program = Effect.gen(function*() {
  const { apiKey, url } = yield* Emulator.Emulator
  const headers = { authorization: `Bearer ${Redacted.value(apiKey)}` }
  const response = yield* Effect.promise(() => fetch(`${url}/v1/models`, { headers }))
  return [response.status]
})

print(await Effect.runPromise(Effect.provide(program, Emulator.layer())))
