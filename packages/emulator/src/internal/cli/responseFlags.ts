import * as Flag from "effect/cli/Flag"

/** The flags for what responses contain. */
export const responseFlags = {
  toolCalls: Flag.Literals("tool-calls", [
    "model",
    "mistral",
    "index",
    "type",
    "fragments",
    "object",
    "mixed"
  ]).pipe(
    Flag.withDescription("The recorded form of tool calls; model: that of the request's model"),
    Flag.withDefault("model")
  ),
  thinking: Flag.Literals("thinking", ["model", "magistral", "strings", "arrays", "mixed"]).pipe(
    Flag.withDescription("The recorded form of thinking; model: that of the request's model"),
    Flag.withDefault("model")
  ),
  streamOptions: Flag.Literals("stream-options", ["refuse", "accept"]).pipe(
    Flag.withDescription("Whether `stream_options` is refused or accepted"),
    Flag.withDefault("refuse")
  ),
  callTools: Flag.Boolean("call-tools").pipe(
    Flag.withDescription("Whether tools are called whatever the question is"),
    Flag.withDefault(false)
  ),
  strict: Flag.Boolean("strict").pipe(
    Flag.withDescription("Whether requests that no rule of the script fits are refused"),
    Flag.withDefault(false)
  )
}
