import * as Flag from "effect/cli/Flag"
import { toggle, withDefault } from "./describedFlag.ts"

/** The flags for what responses contain. */
export const responseFlags = {
  toolCalls: Flag.Literals("tool-calls", ["model", "mistral", "index", "type", "fragments", "object", "mixed"]).pipe(
    withDefault("The recorded form of tool calls; model: that of the request's model", "model")
  ),
  thinking: Flag.Literals("thinking", ["model", "magistral", "strings", "arrays", "mixed"]).pipe(
    withDefault("The recorded form of thinking; model: that of the request's model", "model")
  ),
  streamOptions: Flag.Literals("stream-options", ["refuse", "accept"]).pipe(
    withDefault("Whether `stream_options` is refused or accepted", "refuse")
  ),
  callTools: toggle("call-tools", "Whether tools are called whatever the question is", false),
  strict: toggle("strict", "Whether requests that no rule of the script fits are refused", false)
}
