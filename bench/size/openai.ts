import OpenAI from "openai"

const stream = await new OpenAI({ apiKey: "key", baseURL: "https://api.mistral.ai/v1" }).chat.completions.create({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Hi" }],
  stream: true
})
for await (const chunk of stream) console.log(chunk.choices[0]?.delta.content)
