import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Emulator from "../../Emulator.ts"
import { isLoopbackHost } from "../access/hostName.ts"
import { announcement, needsUpstreamKey } from "./proxyFlags.ts"

/**
 * Prints where the emulator listens and what to export.
 *
 * *Details*: an admin key that the emulator made up is printed, because nobody else knows it. One that was given is not: it
 * may be a secret of others, and who gave it has it.
 */
export const layerStartMessage = (options: Emulator.Options & { readonly host: string }) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { adminKey, apiKey, url } = yield* Emulator.Emulator
    const made = options.adminKey === undefined ? Redacted.value(adminKey) : undefined
    yield* Console.log([
      `The Mistral emulator listens on ${url}`,
      ...(isLoopbackHost(options.host)
        ? []
        : [`Other machines on the network can reach it: it listens on ${options.host}.`]),
      announcement(options),
      "",
      `  export MISTRAL_BASE_URL=${url}`,
      ...(needsUpstreamKey(options) ? [] : [`  export MISTRAL_API_KEY=${Redacted.value(apiKey)}`]),
      ...(made === undefined ? [] : [`  export EMULATOR_ADMIN_KEY=${made}`]),
      "",
      `Requests and faults: ${url}/_emulator/${made === undefined ? "" : `#key=${made}`}`,
      "Press Ctrl-C to stop."
    ].join("\n"))
  }))
