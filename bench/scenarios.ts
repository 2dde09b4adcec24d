/** The scenarios of the benchmarks. */
import { type StreamSpec, streamSpec } from "./eventBodies.ts"

/** The work that each contender repeats. */
export interface Work {
  /** The operation that is measured. */
  readonly operation: "stream" | "complete"
  readonly spec: StreamSpec
  /** The number of operations in a round. */
  readonly count: number
  /** The number of operations that run at the same time. */
  readonly concurrency: number
  /** The warm-up: the number of operations, and the number of events in each. */
  readonly warmUp: { readonly count: number; readonly events: number; readonly concurrency?: number }
}

/** The measurements that a scenario's tables compare. */
export type Measure = "cpuPerEvent" | "memory" | "firstEvent" | "callsPerSecond" | "connections"

export interface Scenario {
  readonly name: string
  readonly title: string
  readonly work: Work
  readonly measures: ReadonlyArray<Measure>
  readonly rounds: number
  /** Whether each round has a new process, because a process rarely returns memory to the system. */
  readonly fresh?: boolean
  /** Whether the scenario is part of `--quick`. */
  readonly quick?: boolean
  /** Whether only this library takes part. */
  readonly oursOnly?: boolean
  /** The only contenders, where they are few. The others are compared with the first one in place of the floor. */
  readonly contenders?: ReadonlyArray<string>
}

const one = streamSpec({ events: 1 })
const kib = 1024
const mib = 1024 * kib

const burst = (spec: StreamSpec, count: number, warmUp = 15): Work => ({
  operation: "stream",
  spec,
  count,
  concurrency: 1,
  warmUp: { count: warmUp, events: Math.min(spec.events, 2000) }
})

const paced = (streams: number, events: number, pace: number, warmUp: Work["warmUp"]): Work => ({
  operation: "stream",
  spec: streamSpec({ events, pace, padding: true }),
  count: streams,
  concurrency: streams,
  warmUp
})

/** Whole responses, after a warm-up until calls get no cheaper, as in a server that has run for a minute. */
const calls = (count: number, concurrency: number): Work => ({
  operation: "complete",
  spec: one,
  count,
  concurrency,
  warmUp: { count: concurrency === 1 ? 3000 : 10_000, events: 1, concurrency }
})

const cpu: ReadonlyArray<Measure> = ["cpuPerEvent"]

/** One giant event. Its cost is divided by pieces of 1 KiB. */
const giant = (size: number, count: number): Work => burst(streamSpec({ events: 1, text: size, write: kib }), count, 1)

export const scenarios: ReadonlyArray<Scenario> = [
  {
    name: "2k-event",
    title: "2,000 chunks, one event per write",
    work: burst(streamSpec({ events: 2000 }), 10),
    measures: cpu,
    rounds: 4
  },
  {
    name: "2k-16k",
    title: "2,000 chunks, 16 kB writes",
    work: burst(streamSpec({ events: 2000, write: 16_000 }), 30, 60),
    measures: cpu,
    rounds: 5,
    quick: true
  },
  {
    name: "20k-event-padded",
    title: "20,000 padded chunks, one event per write",
    work: burst(streamSpec({ events: 20_000, padding: true }), 1),
    measures: cpu,
    rounds: 4
  },
  {
    name: "20k-16k-padded",
    title: "20,000 padded chunks, 16 kB writes",
    work: burst(streamSpec({ events: 20_000, padding: true, write: 16_000 }), 1),
    measures: cpu,
    rounds: 21
  },
  {
    name: "tools-padded",
    title: "2,000 fragments of a tool call in padded chunks, 16 kB writes",
    work: burst(streamSpec({ events: 2000, kind: "tools", padding: true, write: 16_000 }), 30, 60),
    measures: cpu,
    rounds: 4
  },
  {
    name: "giant",
    title: "One event of 4 MiB in 1 KiB pieces",
    work: giant(4 * mib, 2),
    measures: cpu,
    rounds: 3
  },
  {
    name: "burst",
    title: "A burst of 8 MiB (32,000 events) at once",
    work: burst(streamSpec({ events: 32_000, write: 64 * kib }), 1),
    measures: cpu,
    rounds: 4
  },
  {
    name: "paced-padded",
    title: "100 streams of padded chunks at a time, one event per read, 50 events a second each",
    work: paced(100, 100, 20, { count: 200, events: 150, concurrency: 100 }),
    measures: cpu,
    rounds: 9,
    quick: true
  },
  {
    name: "paced-padded-warm",
    title: "The same after 2,000 streams: until they get hardly cheaper, like calls",
    work: paced(100, 100, 20, { count: 2000, events: 30, concurrency: 100 }),
    measures: cpu,
    rounds: 9
  },
  {
    name: "memory-1",
    title: "Memory: one stream of 2,000 events",
    work: {
      ...burst(streamSpec({ events: 2000, write: 16_000 }), 1),
      warmUp: { count: 2, events: 10 }
    },
    measures: ["memory"],
    rounds: 2,
    fresh: true
  },
  {
    name: "memory-200-padded",
    title: "Memory: 200 paced streams of padded chunks at a time",
    work: paced(200, 20, 50, { count: 2, events: 10 }),
    measures: ["memory", "cpuPerEvent"],
    rounds: 2,
    fresh: true
  },
  {
    name: "memory-1000-padded",
    title: "Memory: 1,000 paced streams of padded chunks at a time",
    work: paced(1000, 12, 200, { count: 2, events: 10 }),
    measures: ["memory", "cpuPerEvent"],
    rounds: 7,
    fresh: true
  },
  {
    name: "first-event",
    title: "Time to the first event",
    work: { ...burst(streamSpec({ events: 20, write: "event" }), 100), warmUp: { count: 1000, events: 20 } },
    measures: ["firstEvent"],
    rounds: 5,
    quick: true
  },
  {
    name: "calls-1",
    title: "Whole answers, one call at a time",
    work: calls(300, 1),
    measures: ["callsPerSecond", "cpuPerEvent"],
    rounds: 5
  },
  {
    name: "calls-64",
    title: "Whole answers, 64 calls at a time",
    work: calls(1500, 64),
    measures: ["callsPerSecond", "cpuPerEvent"],
    rounds: 5,
    quick: true
  },
  {
    name: "connections",
    title: "Connections used by 30 streams in a row whose body ends a packet after `[DONE]`",
    work: {
      operation: "stream",
      spec: streamSpec({ events: 20, write: 16_000, tail: 1 }),
      count: 30,
      concurrency: 1,
      warmUp: { count: 0, events: 1 }
    },
    measures: ["connections"],
    rounds: 1,
    quick: true
  },
  ...[16_000, "event" as const].map((write): Scenario => ({
    name: `language-model-${write === "event" ? write : "16k"}`,
    title: `\`LanguageModel.streamText\` beside \`Chat.stream\`: streams of 20,000 chunks, ${
      write === "event" ? "one event per write" : "16 kB writes"
    }`,
    // Rounds of one stream are shorter than a garbage collection, and their ratios differ by a factor of ten.
    work: burst(streamSpec({ events: 20_000, write }), write === "event" ? 3 : 10, 60),
    measures: cpu,
    rounds: 9,
    contenders: ["ours-fetch", "ours-ai"]
  })),
  ...[2000, 20_000, 200_000].map((events): Scenario => ({
    name: `linear-${events}-padded`,
    title: `Linearity: ${events.toLocaleString("en")} padded events, 16 kB writes`,
    work: burst(streamSpec({ events, padding: true, write: 16_000 }), Math.max(1, 20_000 / events), 20),
    measures: cpu,
    rounds: 3,
    oursOnly: true
  })),
  ...[100, 500].map((events): Scenario => ({
    name: `linear-bytes-${events}`,
    title: `Linearity: ${events} events, byte by byte`,
    work: {
      ...burst(streamSpec({ events, write: 1 }), 500 / events),
      warmUp: { count: 1, events: 200 }
    },
    measures: cpu,
    rounds: 3,
    oursOnly: true
  })),
  ...[1, 4, 16].map((size): Scenario => ({
    name: `linear-${size}MiB`,
    title: `Linearity: one event of ${size} MiB in 1 KiB pieces`,
    work: giant(size * mib, Math.max(1, 4 / size)),
    measures: cpu,
    rounds: 3,
    oursOnly: true
  }))
]

/** The divisor of a round's cost: the number of events, or of the pieces of 1 KiB of a giant event. */
export const units = ({ count, operation, spec }: Work): number =>
  operation === "complete" ? count : count * (spec.text > 0 ? spec.events * spec.text / kib : spec.events)
