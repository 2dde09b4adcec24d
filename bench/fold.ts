/**
 * Measures how long it takes to accumulate chunks with many tool calls, choices or fragments, beside openai-node's
 * `ChatCompletionStream`, which refuses more than 128 calls or choices. Both parse the same lines of JSON. Fails if 30,000 calls in one chunk take 100 ms or more.
 *
 *   node bench/fold.ts [<rounds>]
 */
import * as Completion from "@effect-mistral/core/Completion"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { OpenAIError } from "openai/error"
import { ChatCompletionStream } from "openai/lib/ChatCompletionStream"
import { spread } from "./stats.ts"
import { digits, table } from "./table.ts"

const rounds = Number(process.argv[2] ?? 7)

const many = 30_000
const indexes = Array.from({ length: many }, (_, index) => index)

const chunk = (...choices: ReadonlyArray<object>): string =>
  JSON.stringify({ id: "i", object: "chat.completion.chunk", created: 1, model: "m", choices })
const part = (delta: object, index = 0) => ({ index, delta, finish_reason: null })
const call = (index: number) => ({
  id: `call-${index}`,
  type: "function",
  function: { name: "f", arguments: `{"a":${index}}` },
  index
})
const end = chunk({ index: 0, delta: {}, finish_reason: "tool_calls" })

/** What is accumulated, as lines of JSON, and the number of results. */
const cases: Record<string, ReadonlyArray<string>> = {
  "30,000 calls in one chunk": [chunk(part({ role: "assistant", tool_calls: indexes.map(call) })), end],
  "30,000 calls in as many chunks": [...indexes.map((index) => chunk(part({ tool_calls: [call(index)] }))), end],
  "30,000 choices in one chunk": [
    chunk(...indexes.map((index) => ({ ...part({ content: "a" }, index), finish_reason: "stop" })))
  ],
  "30,000 fragments of one call": [
    chunk(part({ role: "assistant", tool_calls: [call(0)] })),
    ...indexes.map(() => chunk(part({ tool_calls: [{ index: 0, function: { arguments: " " } }] }))),
    end
  ],
  "30,000 chunks of text": [
    chunk(part({ role: "assistant", content: "" })),
    ...indexes.map((index) => chunk(part({ content: `${index}` }))),
    chunk({ index: 0, delta: {}, finish_reason: "stop" })
  ]
}

const ours = async (lines: ReadonlyArray<string>): Promise<number> => {
  const chunks = Stream.map(Stream.fromIterable(lines), (line) => JSON.parse(line) as Completion.Chunk)
  const { choices } = await Effect.runPromise(Completion.collect(chunks))
  return choices.length + (choices[0]?.message?.tool_calls?.length ?? 0)
}

const openai = async (lines: ReadonlyArray<string>): Promise<number> => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(bytes.encode(lines.join("\n")))
      controller.close()
    }
  })
  const { choices } = await ChatCompletionStream.fromReadableStream(body).finalChatCompletion()
  return choices.length + (choices[0]?.message.tool_calls?.length ?? 0)
}

const bytes = new TextEncoder()

const contenders = { ours, openai }

const refused = { median: NaN, min: NaN, max: NaN }

const rows: Array<ReadonlyArray<string>> = [["", "ours ms, median", "min", "max", "openai ms, median", "ours / openai"]]
for (const [name, lines] of Object.entries(cases)) {
  const times = { ours: [] as Array<number>, openai: [] as Array<number> }
  const results = new Set<number>()
  for (let round = 0; round < rounds; round++) {
    for (const contender of ["ours", "openai"] as const) {
      const begun = process.threadCpuUsage()
      try {
        results.add(await contenders[contender](lines))
        const { system, user } = process.threadCpuUsage(begun)
        times[contender].push((user + system) / 1000)
      } catch (error) {
        // openai-node refuses more than 128 calls or choices.
        if (!(error instanceof OpenAIError)) throw error
      }
    }
  }
  if (results.size > 1) throw new Error(`${name}: the results differ: ${[...results].join(", ")}`)
  const our = spread(times.ours)
  const other = times.openai.length === 0 ? refused : spread(times.openai)
  rows.push([
    name,
    ...[our.median, our.min, our.max, other.median, our.median / other.median].map(digits)
  ])
  if (name === "30,000 calls in one chunk" && our.median >= 100) process.exitCode = 1
}
console.log(table(rows))
