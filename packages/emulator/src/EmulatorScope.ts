/**
 * A scope of an emulator that runs elsewhere: rules, faults and requests of its own, so that test files in several processes
 * share one emulator and never meet.
 *
 * *Details*: the emulator's own service has scopes, too (`Emulator.scoped`). This module is for a program that only knows the
 * emulator's URL and its keys, and uses its admin API. The emulator must be on the same machine.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { FetchHttpClient } from "@effect-mistral/core"
 * import { EmulatorScope } from "@effect-mistral/emulator"
 * import { Effect, Layer } from "effect"
 *
 * // MISTRAL_BASE_URL, MISTRAL_API_KEY and EMULATOR_ADMIN_KEY, as the emulator prints them.
 * const ChatTest = Chat.layer.pipe(
 *   Layer.provide(EmulatorScope.layerClient()),
 *   Layer.provideMerge(EmulatorScope.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 *
 * export const test = Effect.gen(function*() {
 *   const { rules } = yield* EmulatorScope.EmulatorScope
 *   yield* rules.add([{ when: { text: "capital" }, answer: { text: "Paris." } }])
 *   return yield* Chat.complete({
 *     model: "mistral-small-latest",
 *     messages: [{ role: "user", content: "What is the capital of France?" }]
 *   })
 * }).pipe(Effect.provide(ChatTest))
 * ```
 *
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import type { AdminError } from "./internal/remote/adminError.ts"
import { makeRemoteScope } from "./internal/remote/remoteScope.ts"
import type { Scoped } from "./internal/remote/scoped.ts"
import type * as Script from "./Script.ts"

export {
  /**
   * The admin API of the emulator could not be used: it is not there, it refused the key, or it responded otherwise than
   * expected. The message says which.
   *
   * @category errors
   * @since 0.1.0
   */
  AdminError
} from "./internal/remote/adminError.ts"

export type {
  /**
   * A scope of an emulator, so that tests that run at the same time do not meet.
   *
   * *Details*: rules without a scope apply in it, too, after its own, and are used up for it alone. Faults without a scope do
   * not apply in it. `Accepted` is the kind of rules that can be added, and `E` a failure of the connection to the emulator,
   * where there is one.
   *
   * *Gotchas*: what a program stores in the emulator (files, batch jobs, events, judges) and the rate limits are shared by all
   * scopes, like those of one account.
   *
   * @category models
   * @since 0.1.0
   */
  Scoped
} from "./internal/remote/scoped.ts"

/**
 * A scope of an emulator that runs elsewhere. Its rules are data, because functions cannot be sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service extends Scoped<Script.Rule, AdminError> {
  /** The URL of the emulator, without `/v1`. */
  readonly url: string
  /** The key for requests. */
  readonly apiKey: Redacted.Redacted<string>
}

/**
 * A scope of an emulator that runs elsewhere.
 *
 * @category services
 * @since 0.1.0
 */
export class EmulatorScope extends Context.Service<EmulatorScope, Service>()(
  "@effect-mistral/emulator/EmulatorScope"
) {}

/**
 * Where the emulator is, and its keys.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The URL of the emulator, with or without `/v1`. */
  readonly url: string
  /** The key of its admin API. */
  readonly adminKey: Redacted.Redacted<string>
  /** The key for requests. */
  readonly apiKey: Redacted.Redacted<string>
  /** The name of the scope. A random one unless set. */
  readonly name?: string | undefined
}

/**
 * A scope that is empty when the layer is built, and whose rules and faults are removed when its scope closes.
 *
 * *Gotchas*: with a `name` that another program uses at the same time, both have the same rules, and the one that comes later
 * removes those of the other.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<EmulatorScope, AdminError, HttpClient.HttpClient> =>
  Layer.effect(EmulatorScope, make(options))

const make = Effect.fnUntraced(function*(options: Options) {
  const scope = yield* makeRemoteScope({ ...options, name: options.name ?? `scope-${randomUUID()}` })
  const clear = Effect.andThen(scope.rules.clear, scope.faults.clear)
  yield* clear
  // Nobody waits for a scope that is left, and an emulator that has stopped has no rules.
  yield* Effect.addFinalizer(() => Effect.ignore(clear))
  return EmulatorScope.of({ ...scope, url: options.url, apiKey: options.apiKey })
})

/**
 * The same, with the URL and the keys from `MISTRAL_BASE_URL`, `MISTRAL_API_KEY` and `EMULATOR_ADMIN_KEY`, as the emulator
 * prints them.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  options: Pick<Options, "name"> = {}
): Layer.Layer<EmulatorScope, AdminError | Config.ConfigError, HttpClient.HttpClient> =>
  Layer.effect(
    EmulatorScope,
    Effect.gen(function*() {
      return yield* make({
        ...options,
        url: yield* Config.String("MISTRAL_BASE_URL"),
        apiKey: yield* Config.Redacted("MISTRAL_API_KEY"),
        adminKey: yield* Config.Redacted("EMULATOR_ADMIN_KEY")
      })
    })
  )

/**
 * A client of the emulator whose requests are in the scope.
 *
 * *Gotchas*: it does not retry unless `retry` is set. The pauses of a retry pass on the clock of the program, which stands
 * still under a `TestClock`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerClient = (
  options: Omit<MistralClient.Options, "apiKey" | "baseUrl"> = {}
): Layer.Layer<MistralClient.MistralClient, never, EmulatorScope | HttpClient.HttpClient> =>
  Layer.unwrap(
    Effect.map(
      EmulatorScope,
      ({ apiKey, headers, url }) =>
        MistralClient.layer({
          retry: RetryPolicy.none,
          ...options,
          apiKey,
          baseUrl: url,
          headers: { ...options.headers, ...headers }
        })
    )
  )
