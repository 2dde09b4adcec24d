import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import type * as Rules from "../../Rules.ts"
import { makeModelList, type ModelList } from "../models/modelList.ts"
import type { Pace } from "../timing/pace.ts"
import type { EmulatorOptions, RateLimits, ThinkingForm, ToolCallForm, Verbosity } from "./emulatorOptions.ts"
import type { ProxyOptions } from "./proxyOptions.ts"

export type { RateLimits, ThinkingForm, ToolCallForm, Verbosity } from "./emulatorOptions.ts"

/** How fast batch jobs run. */
export interface BatchPace {
  /** The time that a job is queued. */
  readonly queueTime: Duration.Duration
  /** `Infinity` for no delay. */
  readonly requestsPerSecond: number
}

/** The options of an emulator with their defaults. */
export interface Settings {
  readonly apiKey: Redacted.Redacted<string>
  readonly adminKey: Redacted.Redacted<string>
  readonly pace: Pace
  readonly seed: number
  /** Whether streamed chunks are padded. */
  readonly padding: boolean
  readonly verbosity: Verbosity
  readonly models: ModelList
  readonly toolCalls: ToolCallForm
  readonly thinking: ThinkingForm
  readonly streamOptions: "refuse" | "accept"
  readonly callTools: boolean
  /** Whether a request that no rule fits is refused. */
  readonly strict: boolean
  /** The bytes of request bodies that the log keeps. */
  readonly requestLogBytes: number
  /** The origins of pages that may read responses. */
  readonly cors: ReadonlyArray<string>
  /** The host that the emulator listens on. */
  readonly host: string
  /** Further hosts that requests on a loopback connection may name. */
  readonly allowedHosts: ReadonlyArray<string>
  /** The models of the agents, by agent id. */
  readonly agents: ReadonlyMap<string, string>
  /** The file of the database, or `:memory:`. */
  readonly database: string
  /** The number of demonstration events for an empty database. */
  readonly demoEvents: number
  readonly limits: RateLimits
  readonly batch: BatchPace
  readonly script: ReadonlyArray<Rules.Rule>
  /** Where responses come from, if not from the emulator itself. */
  readonly proxy: ProxyOptions
}

/** Fills in the defaults. */
export const makeSettings = (
  options: EmulatorOptions
): Settings => ({
  apiKey: options.apiKey ?? Redacted.make("emulator-key"),
  adminKey: options.adminKey ?? Redacted.make(randomBytes(24).toString("base64url")),
  pace: {
    timeToFirstToken: Duration.fromInputUnsafe(options.timeToFirstToken ?? "30 millis"),
    tokensPerSecond: options.tokensPerSecond ?? 60,
    jitter: Math.min(1, Math.max(0, options.jitter ?? 0)),
    seed: options.seed ?? 0
  },
  seed: options.seed ?? 0,
  padding: options.padding ?? true,
  verbosity: options.verbosity ?? "quiet",
  models: makeModelList(options),
  toolCalls: options.toolCalls ?? "model",
  thinking: options.thinking ?? "model",
  streamOptions: options.streamOptions ?? "refuse",
  callTools: options.callTools ?? false,
  strict: options.strict ?? false,
  requestLogBytes: options.requestLogBytes ?? 16 * 1024 * 1024,
  cors: options.cors ?? [],
  host: options.host ?? "127.0.0.1",
  allowedHosts: options.allowedHosts ?? [],
  agents: new Map(Object.entries(options.agents ?? { ag_emulator: "mistral-medium-latest" })),
  database: options.database ?? ":memory:",
  demoEvents: options.demoEvents ?? 0,
  limits: { requestsPerMinute: options.requestsPerMinute, tokensPerMinute: options.tokensPerMinute },
  batch: {
    queueTime: Duration.fromInputUnsafe(options.batchQueueTime ?? 0),
    requestsPerSecond: (options.batchRequestsPerSecond ?? 0) > 0 ? options.batchRequestsPerSecond! : Infinity
  },
  script: options.script ?? [],
  proxy: { upstream: options.upstream, replay: options.replay }
})
