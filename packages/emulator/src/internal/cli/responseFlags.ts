import * as Flag from "effect/cli/Flag"
import { toggle, withDefault } from "./describedFlag.ts"

const pairs = (flag: Flag.Flag<string>, other: (name: string) => string) =>
  flag.pipe(
    Flag.atLeast(0),
    Flag.map((all) =>
      Object.fromEntries(all.map((text) => {
        const at = text.indexOf("=")
        return at === -1 ? [text, other(text)] : [text.slice(0, at), text.slice(at + 1)]
      }))
    )
  )

/** The flags for what responses contain. */
export const responseFlags = {
  models: pairs(
    Flag.String("model").pipe(
      Flag.withDescription(
        "A further model, NAME or NAME=LIKE, where LIKE is a model of the emulator (default: none); may be repeated"
      )
    ),
    () => "mistral-small-latest"
  ),
  anyModel: toggle("any-model", "Whether every name of a model is accepted", false),
  toolCalls: Flag.Literals("tool-calls", ["mistral", "index", "type", "fragments", "object", "mixed"]).pipe(
    withDefault("The recorded form of tool calls", "mistral")
  ),
  thinking: Flag.Literals("thinking", ["arrays", "strings", "mixed"]).pipe(
    withDefault("The recorded form of streams with thinking", "arrays")
  ),
  streamOptions: Flag.Literals("stream-options", ["refuse", "accept"]).pipe(
    withDefault("Whether `stream_options` is refused or accepted", "refuse")
  ),
  callTools: toggle("call-tools", "Whether tools are called whatever the question is", false),
  strict: toggle("strict", "Whether requests that no rule of the script fits are refused", false)
}
