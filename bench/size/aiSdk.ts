import { createMistral } from "@ai-sdk/mistral"

const { stream } = await createMistral({ apiKey: "key" })("mistral-small-latest").doStream({
  prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }]
})
const reader = stream.getReader()
for (let next = await reader.read(); !next.done; next = await reader.read()) {
  if (next.value.type === "text-delta") console.log(next.value.delta)
}
