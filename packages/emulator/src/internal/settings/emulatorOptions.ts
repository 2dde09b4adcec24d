import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type * as Rules from "../../Rules.ts"
import type { ProxyOptions } from "./proxyOptions.ts"

/** The log output: nothing, a line for each request when its response ends, or its headers too. */
export type Verbosity = "quiet" | "requests" | "headers"

/** The limits per minute. Without a limit, requests and tokens are only counted. */
export interface RateLimits {
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
}

/** The recorded forms of tool calls. `model` is that of the model; `mixed` chooses one for each completion by the seed. */
export type ToolCallForm = "model" | "mistral" | "index" | "type" | "fragments" | "object" | "mixed"

/** The recorded forms of thinking. `model` is that of the model; `mixed` chooses one for each completion by the seed. */
export type ThinkingForm = "model" | "magistral" | "strings" | "arrays" | "mixed"

/** How an emulator responds, and where it listens. */
export interface EmulatorOptions extends ProxyOptions, RateLimits {
  /** The only key that is accepted. `emulator-key` unless set. */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /** The key of the admin API, under `/_emulator/`. A random one for each emulator unless set. */
  readonly adminKey?: Redacted.Redacted<string> | undefined
  /** The time before the first token of a completion. 30 milliseconds unless set. */
  readonly timeToFirstToken?: Duration.Input | undefined
  /** Tokens per second of each choice. 60 unless set; `Infinity` for no delay. */
  readonly tokensPerSecond?: number | undefined
  /**
   * The largest relative deviation of each wait, from 0 to 1. The same seed gives the same completion the same waits. 0
   * unless set.
   */
  readonly jitter?: number | undefined
  /** The seed: another one gives other completions for the same requests. 0 unless set. */
  readonly seed?: number | undefined
  /**
   * Whether streamed chunks have the padding key `p`, which hides the lengths of tokens, as the platform's do. Its lengths
   * follow from the seed. `true` unless set.
   */
  readonly padding?: boolean | undefined
  /**
   * Further models: names, and the models of the emulator that they are like. `{ "acme-chat": "mistral-small-latest" }`
   * makes `acme-chat` a model with the capabilities and the context of `mistral-small-latest`. A further model takes the
   * place of one with the same name. One that is like a model that the emulator does not have is a defect.
   */
  readonly models?: Readonly<Record<string, string>> | undefined
  /** Whether every name of a model is accepted, one that the emulator does not know for every capability. `false` unless set. */
  readonly anyModel?: boolean | undefined
  /**
   * The recorded form in which tool calls are sent: `mistral` (January 2026: an id and a function only), `index` (2025 and
   * 2026: with an index), `type` (2024: with a type), `fragments` (streams of hosted models, August 2026: in pieces, as
   * OpenAI's), `object` (arguments as an object, as the reference allows), `mixed`, where the seed chooses one for each
   * completion, or `model`: `fragments` for hosted models (`zai-...`), `mistral` for all others. `model` unless set.
   */
  readonly toolCalls?: ToolCallForm | undefined
  /**
   * The recorded form of thinking. In streams, the thinking comes in arrays; then come, in the form `magistral` (2025 and
   * January 2026), an empty piece and strings; in `strings` (May 2026), an array with the end of the thinking and the
   * beginning of the text, and strings; in `arrays`, arrays of text. `mixed` lets the seed choose one for each completion;
   * `model` is `magistral` for models that always think and `strings` for all others. `model` unless set.
   */
  readonly thinking?: ThinkingForm | undefined
  /** Whether `stream_options`, on which reports disagree, is refused or accepted. `refuse` unless set. */
  readonly streamOptions?: "refuse" | "accept" | undefined
  /** Whether a tool is called whatever the question is, but not after a tool's result. `false` unless set. */
  readonly callTools?: boolean | undefined
  /** The model of each agent, by agent id. `{ ag_emulator: "mistral-medium-latest" }` unless set. */
  readonly agents?: Readonly<Record<string, string>> | undefined
  /** The database file of events, judges, campaigns, datasets, files and batch jobs. They are held in memory unless set. */
  readonly database?: string | undefined
  /** The number of demonstration events, over the past year, that are generated for an empty database. 0 unless set. */
  readonly demoEvents?: number | undefined
  /** The time that a batch job is queued before it runs. 0 unless set. */
  readonly batchQueueTime?: Duration.Input | undefined
  /** The requests of a batch job that are processed per second. No delay unless set, and with 0 or `Infinity`. */
  readonly batchRequestsPerSecond?: number | undefined
  /** Scripted responses, which take precedence over generated ones. */
  readonly script?: ReadonlyArray<Rules.Rule> | undefined
  /** Whether a request for a completion, embeddings, a moderation or a classification that no rule fits is refused. `false` unless set. */
  readonly strict?: boolean | undefined
  /** Requests per minute of the clock before the next response is 429. No limit unless set. */
  readonly requestsPerMinute?: number | undefined
  /** Tokens per minute of the clock before the next response is 429. No limit unless set. */
  readonly tokensPerMinute?: number | undefined
  /**
   * The log output: nothing (`quiet`), a line for each request when its response ends (`requests`), or its headers too
   * (`headers`); never a key or a body. `quiet` unless set.
   */
  readonly verbosity?: Verbosity | undefined
  /**
   * The clock: `real` time, or the `Clock` of the `context` that the layer is built in. With a `TestClock` in the context,
   * responses are as fast as the test adjusts the clock. `real` unless set.
   */
  readonly clock?: "real" | "context" | undefined
  /** The bytes of request bodies that the log of requests keeps. 16 MiB unless set. */
  readonly requestLogBytes?: number | undefined
  /**
   * The origins of web pages that may read responses, such as `http://localhost:3000`; `null` for those of local files,
   * `*` for all. None unless set. Building the layer dies with a text that is not an origin.
   */
  readonly cors?: ReadonlyArray<string> | undefined
  /**
   * Further host names that requests to a loopback address may have, such as that of a proxy, besides `localhost`, names
   * below it, loopback addresses and `host`. None unless set.
   */
  readonly allowedHosts?: ReadonlyArray<string> | undefined
  /** The port to listen on. A free port unless set. */
  readonly port?: number | undefined
  /** The address to listen on. `127.0.0.1` unless set, which no other machine can reach. */
  readonly host?: string | undefined
}
