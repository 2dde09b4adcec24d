import { makeRandom, type Random } from "../../random/random.ts"
import { paragraph, topics } from "../../text/sentences.ts"
import { countTokens } from "../../text/tokenizer.ts"
import type { NewEvent } from "./newEvent.ts"

type Words = readonly [string, ...ReadonlyArray<string>]

const questions: Words = [
  "How do I reset my password?",
  "Summarise the minutes of yesterday's meeting about the migration.",
  "Which invoice of last month is still open?",
  "Translate the welcome mail into French and Polish.",
  "Why does the nightly export to the warehouse take so long?",
  "What is the weather like in Grenoble tomorrow?",
  "Write a friendly answer to a customer whose parcel was lost.",
  "Explain the difference between a cursor and an offset.",
  "Is my password stored in clear text?",
  "Find three hotels near the conference in Lyon."
]

const models: Words = ["mistral-small-latest", "mistral-medium-latest", "mistral-large-latest", "ministral-8b-latest"]
const tools: Words = ["web_search", "get_weather", "find_invoice"]
const tenants: Words = ["atlas", "boreal", "cassis"]
const year = 365 * 24 * 60 * 60 * 1000

/**
 * Generates demonstration events over the year before `now` (milliseconds), oldest first. The same count and seed give
 * the same events, except for times and ids.
 */
export const demoEvents = function*(count: number, seed: number, now: number): Generator<NewEvent> {
  const random = makeRandom(`demo events ${seed}`)
  for (let at = 0; at < count; at++) {
    const time = now - year + Math.floor((at + random.next()) / count * year)
    yield demoEvent(random, new Date(time).toISOString())
  }
}

const demoEvent = (random: Random, created_at: string): NewEvent => {
  const question = random.pick(questions)
  const tool = random.next() < 0.25 ? random.pick(tools) : undefined
  const answer = paragraph(random, topics(question), undefined)
  const length = random.next() < 0.05
  const tokens = countTokens(answer)
  return {
    created_at,
    operation: "chat",
    model_name: random.pick(models),
    api_agent_id: random.next() < 0.2 ? "ag_emulator" : null,
    is_stream: random.next() < 0.5,
    finish_reason: length ? "length" : tool === undefined ? "stop" : "tool_calls",
    total_time_elapsed: Math.round((0.2 + tokens / random.int(20, 120)) * 1000) / 1000,
    input_tokens: countTokens(question) + random.int(1, 400),
    output_tokens: tokens,
    metadata: random.next() < 0.7 ? { tenant: random.pick(tenants), attempt: random.int(1, 3) } : null,
    enabled_tools: tool === undefined ? [] : [{ type: "function", function: { name: tool, parameters: {} } }],
    request_messages: [
      ...(random.next() < 0.5 ? [{ role: "system", content: "You help the customers of a small company." }] : []),
      { role: "user", content: question }
    ],
    response_messages: [{
      role: "assistant",
      content: answer,
      ...(tool === undefined ? undefined : {
        tool_calls: [{ id: "demo00001", type: "function", function: { name: tool, arguments: "{}" } }]
      })
    }]
  }
}
