import { Mistral } from "@mistralai/mistralai"

const stream = await new Mistral({ apiKey: "key" }).chat.stream({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Hi" }]
})
for await (const { data } of stream) console.log(data.choices[0]?.delta.content)
