import * as Flag from "effect/cli/Flag"

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
      Flag.withDescription("A further model, NAME or NAME=LIKE, where LIKE is a model of the emulator; may be repeated")
    ),
    () => "mistral-small-latest"
  ),
  anyModel: Flag.Boolean("any-model").pipe(
    Flag.withDescription("Whether every name of a model is accepted"),
    Flag.withDefault(false)
  ),
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
