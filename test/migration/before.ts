/** A program with Mistral's SDK: it answers a question about an article that it finds, with the result of a tool. */
import type { Mistral } from "@mistralai/mistralai"
import { MistralError } from "@mistralai/mistralai/models/errors"
import { articles, deliveryDays, similarity } from "./shared.ts"

const model = "mistral-small-latest"

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] }
const description = "The days of a delivery"
const tools = [{ type: "function" as const, function: { name: "delivery_days", description, parameters } }]

const nearest = async (mistral: Mistral, question: string) => {
  const { data } = await mistral.embeddings.create({ model: "mistral-embed", inputs: [question, ...articles] })
  const [asked = [], ...vectors] = data.map(({ embedding }) => embedding ?? [])
  const scores = vectors.map((vector) => similarity(asked, vector))
  return articles[scores.indexOf(Math.max(...scores))]!
}

export const answer = async (mistral: Mistral, question: string) => {
  const article = await nearest(mistral, question)
  const messages = [
    { role: "system" as const, content: `Answer by this article: ${article}` },
    { role: "user" as const, content: question }
  ]
  const response = await mistral.chat.complete({ model, messages, tools, toolChoice: "any" })
  const message = response.choices[0]?.message
  const results = (message?.toolCalls ?? []).map(({ function: { arguments: args, name }, id }) => {
    const { city } = typeof args === "string" ? JSON.parse(args) : args
    return { role: "tool" as const, toolCallId: id ?? null, name, content: deliveryDays(city) }
  })

  const stream = await mistral.chat.stream({
    model,
    messages: [...messages, { ...message, role: "assistant" }, ...results],
    tools
  })
  let text = ""
  let tokens = 0
  for await (const { data } of stream) {
    const content = data.choices[0]?.delta.content
    if (typeof content === "string") text += content
    tokens = data.usage?.totalTokens ?? tokens
  }
  return { article, results: results.map(({ content }) => content), text, tokens }
}

export const contextLength = async (mistral: Mistral, modelId: string) => {
  try {
    const found = await mistral.models.retrieve({ modelId })
    return "maxContextLength" in found ? found.maxContextLength : undefined
  } catch (error) {
    if (error instanceof MistralError && error.statusCode === 404) return undefined
    throw error
  }
}
