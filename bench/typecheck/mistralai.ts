/** The same program with the official SDK: a stream, an object, a tool, embeddings, and errors by status. */
import { Mistral } from "@mistralai/mistralai"
import { MistralError } from "@mistralai/mistralai/models/errors/index.js"
import { z } from "zod"

const model = "mistral-small-latest"
const client = new Mistral({ apiKey: "key", timeoutMs: 60_000 })

const Painter = z.object({ name: z.string(), born: z.int(), works: z.array(z.string()) })
const City = z.object({ city: z.string() })
const weather = {
  type: "function" as const,
  function: { name: "get_weather", description: "The temperature in a city", parameters: z.toJSONSchema(City) }
}

const streamed = async () => {
  const stream = await client.chat.stream({ model, messages: [{ role: "user", content: "Hi" }] })
  for await (const { data } of stream) console.log(data.choices[0]?.delta.content)
}

const painter = async () => {
  const response = await client.chat.parse({
    model,
    messages: [{ role: "user", content: "Who painted this?" }],
    responseFormat: Painter
  })
  // The SDK gives the value the type `unknown`, whatever the schema is.
  const value = Painter.parse(response.choices?.[0]?.message?.parsed)
  return `${value.name}, ${value.born}: ${response.usage.totalTokens}`
}

const tools = async () => {
  const messages: Parameters<typeof client.chat.complete>[0]["messages"] = [{ role: "user", content: "Weather?" }]
  const { choices } = await client.chat.complete({ model, messages, tools: [weather] })
  const message = choices[0]?.message
  if (!message) return ""
  messages.push({ ...message, role: "assistant" })
  for (const call of message.toolCalls ?? []) {
    const { arguments: text, name } = call.function
    const { city } = City.parse(typeof text === "string" ? JSON.parse(text) : text)
    messages.push({
      role: "tool",
      name,
      content: JSON.stringify({ city, celsius: 21 }),
      ...call.id === undefined ? {} : { toolCallId: call.id }
    })
  }
  const { choices: [answer] } = await client.chat.complete({ model, messages, tools: [weather] })
  return answer?.message?.content
}

const vectors = async () => {
  const { data } = await client.embeddings.create({ model: "mistral-embed", inputs: ["a", "b"] })
  return data.map(({ embedding }) => embedding ?? [])
}

try {
  await streamed()
  console.log(await painter(), await tools(), (await vectors()).length)
} catch (error) {
  if (error instanceof MistralError && error.statusCode === 429) console.log("busy")
  else if (error instanceof MistralError && error.statusCode === 401) console.log("no key", error.message)
  else throw error
}
