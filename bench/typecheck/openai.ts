/** The same program with OpenAI's SDK: a stream, an object, a tool, embeddings, and errors by class. */
import OpenAI, { AuthenticationError, RateLimitError } from "openai"
import { zodResponseFormat } from "openai/helpers/zod"
import { z } from "zod"

const model = "mistral-small-latest"
const client = new OpenAI({ apiKey: "key", baseURL: "https://api.mistral.ai/v1", timeout: 60_000 })

const Painter = z.object({ name: z.string(), born: z.int(), works: z.array(z.string()) })
const City = z.object({ city: z.string() })
const weather = {
  type: "function" as const,
  function: { name: "get_weather", description: "The temperature in a city", parameters: { ...z.toJSONSchema(City) } }
}

const streamed = async () => {
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Hi" }],
    stream: true
  })
  for await (const { choices } of stream) console.log(choices[0]?.delta.content)
}

const painter = async () => {
  const response = await client.chat.completions.parse({
    model,
    messages: [{ role: "user", content: "Who painted this?" }],
    response_format: zodResponseFormat(Painter, "Painter")
  })
  const value = response.choices[0]?.message.parsed
  return `${value?.name}, ${value?.born}: ${response.usage?.total_tokens}`
}

const tools = async () => {
  const messages: Array<OpenAI.ChatCompletionMessageParam> = [{ role: "user", content: "Weather?" }]
  const { choices } = await client.chat.completions.create({ model, messages, tools: [weather] })
  const message = choices[0]?.message
  if (!message) return ""
  messages.push(message)
  for (const call of message.tool_calls ?? []) {
    if (call.type !== "function") continue
    const { city } = City.parse(JSON.parse(call.function.arguments))
    messages.push({ role: "tool", tool_call_id: call.id, content: JSON.stringify({ city, celsius: 21 }) })
  }
  const { choices: [answer] } = await client.chat.completions.create({ model, messages, tools: [weather] })
  return answer?.message.content
}

const vectors = async () => {
  const { data } = await client.embeddings.create({ model: "mistral-embed", input: ["a", "b"] })
  return data.map(({ embedding }) => embedding)
}

try {
  await streamed()
  console.log(await painter(), await tools(), (await vectors()).length)
} catch (error) {
  if (error instanceof RateLimitError) console.log("busy")
  else if (error instanceof AuthenticationError) console.log("no key", error.message)
  else throw error
}
