import type { Emulator } from "@effect-mistral/emulator"
import * as Console from "effect/Console"
import * as Layer from "effect/Layer"
import { instant, local } from "../support.ts"

/** The services of the real client and the emulator that they call, and what the emulator prints. */
export const listening = (options: Emulator.Options = {}) => {
  const printed: Array<string> = []
  const print = (...all: ReadonlyArray<unknown>) => void printed.push(all.join(" "))
  const console: Console.Console = { ...globalThis.console, log: print, warn: print, error: print }
  return { printed, layer: Layer.provide(local({ ...instant, ...options }), Layer.succeed(Console.Console, console)) }
}
