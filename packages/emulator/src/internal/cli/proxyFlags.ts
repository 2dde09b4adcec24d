import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { type ProxyOptions, upstreamFor } from "../settings/proxyOptions.ts"
import { repeated, withDefault } from "./describedFlag.ts"
import { atLeast } from "./numberFlags.ts"

/** The flags for recording, replaying and forwarding. */
export const proxyFlags = {
  upstream: Flag.String("upstream").pipe(
    Flag.withDescription("A Mistral or OpenAI-compatible server to forward to (default: none)"),
    Flag.filter(isHttpUrl, () => "an http or https URL"),
    Flag.optional
  ),
  upstreamKey: Flag.Redacted("upstream-key").pipe(
    Flag.withDescription(
      "The upstream server's key, or UPSTREAM_API_KEY (default: the clients' authorization is forwarded)"
    ),
    Flag.withFallbackConfig(Config.Redacted("UPSTREAM_API_KEY")),
    Flag.optional
  ),
  record: Flag.String("record").pipe(
    Flag.withDescription("The directory to record forwarded exchanges in (default: none)"),
    Flag.optional
  ),
  replay: Flag.String("replay").pipe(
    Flag.withDescription("The directory of cassettes to replay (default: none)"),
    Flag.optional
  ),
  onMiss: Flag.Literals("on-miss", ["refuse", "answer"]).pipe(
    Flag.withDescription(
      "What to do with requests that no cassette matches (default: forward them, or refuse them without --upstream)"
    ),
    Flag.optional
  ),
  replaySpeed: Flag.Finite("replay-speed").pipe(
    atLeast(0),
    withDefault("How much faster than recorded to respond; 0 for at once", 1)
  ),
  replayIgnore: Flag.String("replay-ignore").pipe(
    repeated("A place of requests that is not compared, such as body.messages.*.content (default: none)")
  )
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

/** Converts the flags to options of the emulator. */
export const proxyOptions = (flags: {
  readonly upstream: Option.Option<string>
  readonly upstreamKey: Option.Option<Redacted.Redacted<string>>
  readonly record: Option.Option<string>
  readonly replay: Option.Option<string>
  readonly onMiss: Option.Option<"refuse" | "answer">
  readonly replaySpeed: number
  readonly replayIgnore: ReadonlyArray<string>
}): Effect.Effect<ProxyOptions, CliError.UserError> => {
  const record = Option.getOrUndefined(flags.record)
  if (Option.isNone(flags.upstream) && record !== undefined) {
    return Effect.fail(new CliError.UserError({ cause: "--record needs --upstream: set both" }))
  }
  if (Option.isNone(flags.replay) && Option.isSome(flags.onMiss)) {
    return Effect.fail(new CliError.UserError({ cause: "--on-miss needs --replay: set both" }))
  }
  return Effect.succeed({
    upstream: Option.getOrUndefined(
      Option.map(flags.upstream, (url) => ({ url, apiKey: Option.getOrUndefined(flags.upstreamKey), record }))
    ),
    replay: Option.getOrUndefined(
      Option.map(flags.replay, (directory) => ({
        directory,
        onMiss: Option.getOrUndefined(flags.onMiss),
        speed: flags.replaySpeed,
        ignore: flags.replayIgnore
      }))
    )
  })
}

/** Whether requests are forwarded with the clients' own keys. */
export const needsUpstreamKey = (options: ProxyOptions): boolean =>
  upstreamFor(options) !== undefined && options.upstream?.apiKey === undefined

/** Describes where responses come from, for the start message. */
export const announcement = (options: ProxyOptions): string => {
  const { replay } = options
  const upstream = upstreamFor(options)
  const into = upstream?.record ?? replay?.directory
  return [
    ...(replay === undefined ? [] : [`Responses come from the cassettes in ${replay.directory}.`]),
    ...(upstream === undefined
      ? []
      : [`${replay === undefined ? "Requests" : "Other requests"} are forwarded to ${upstream.url}.`]),
    ...(needsUpstreamKey(options) ? ["Clients must send that server's key."] : []),
    ...(upstream === undefined || into === undefined ? [] : [`Forwarded exchanges are recorded in ${into}.`]),
    ...(replay !== undefined && upstream === undefined && replay.onMiss !== "answer"
      ? ["Other requests are refused."]
      : []),
    ...(upstream !== undefined || (replay !== undefined && replay.onMiss !== "answer")
      ? []
      : ["No model runs here: responses are generated from templates, the same for the same request."])
  ].join("\n")
}
