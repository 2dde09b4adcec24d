import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { type ProxyOptions, upstreamFor } from "../settings/proxyOptions.ts"
import { atLeast } from "./numberFlags.ts"

/** The flags for recording, replaying and forwarding. */
export const proxyFlags = {
  upstream: Flag.String("upstream").pipe(
    Flag.withDescription("A Mistral or OpenAI-compatible server to forward to"),
    Flag.filter(isHttpUrl, () => "an http or https URL"),
    Flag.optional
  ),
  upstreamKey: Flag.Redacted("upstream-key").pipe(
    Flag.withDescription("Its key, or UPSTREAM_API_KEY; clients' own authorization is forwarded otherwise"),
    Flag.withFallbackConfig(Config.Redacted("UPSTREAM_API_KEY")),
    Flag.optional
  ),
  record: Flag.String("record").pipe(
    Flag.withDescription("The directory to record forwarded exchanges in"),
    Flag.optional
  ),
  replay: Flag.String("replay").pipe(
    Flag.withDescription("The directory of cassettes to answer from"),
    Flag.optional
  ),
  onMiss: Flag.Literals("on-miss", ["refuse", "answer"]).pipe(
    Flag.withDescription("What to do where no cassette answers, instead of asking upstream"),
    Flag.optional
  ),
  replaySpeed: Flag.Finite("replay-speed").pipe(
    Flag.withDescription("How much faster than recorded to answer; 0 for at once"),
    atLeast(0),
    Flag.withDefault(1)
  ),
  replayIgnore: Flag.String("replay-ignore").pipe(
    Flag.withDescription("What of requests not to compare, such as body.messages.*.content; may be repeated"),
    Flag.atLeast(0)
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
    return Effect.fail(new CliError.UserError({ cause: "--record records what --upstream answers: set both" }))
  }
  if (Option.isNone(flags.replay) && Option.isSome(flags.onMiss)) {
    return Effect.fail(new CliError.UserError({ cause: "--on-miss is about --replay: set both" }))
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
    ...(replay === undefined ? [] : [`Answers come from the cassettes in ${replay.directory}.`]),
    ...(upstream === undefined
      ? []
      : [`${replay === undefined ? "Requests" : "Other requests"} go to ${upstream.url}.`]),
    ...(needsUpstreamKey(options) ? ["Clients send that server's key themselves."] : []),
    ...(upstream === undefined || into === undefined ? [] : [`They are recorded in ${into}.`]),
    ...(replay !== undefined && upstream === undefined && replay.onMiss !== "answer"
      ? ["Other requests are refused."]
      : []),
    ...(upstream !== undefined || (replay !== undefined && replay.onMiss !== "answer")
      ? []
      : ["No model runs here: answers are made from templates, the same for the same request."])
  ].join("\n")
}
