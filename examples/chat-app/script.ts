/** The responses of the emulator to the questions that the page suggests. Other questions get generated sentences. */
import type { Script } from "@effect-mistral/emulator"

const guide = `## Streaming with Effect

1. **Build** the request.
2. **Run** the stream: each chunk is a piece of the text.

\`\`\`ts
Chat.stream(request).pipe(
  Stream.map(Completion.chunkText),
  Stream.runForEach(Console.log)
)
\`\`\`

- An interruption closes the connection, and the model stops.
- A stream ends normally only after \`[DONE]\`.

See [Mistral's documentation](https://docs.mistral.ai) for the parameters.`

export const script: Script.Script = [
  {
    when: { text: "a day in Zurich" },
    answer: {
      text: "I look up the weather and what your money is worth.",
      tool_calls: [
        { name: "get_weather", arguments: { city: "Zurich" } },
        { name: "convert_currency", arguments: { amount: 100, from: "EUR", to: "CHF" } }
      ]
    }
  },
  {
    when: { result_of: "convert_currency" },
    answer: {
      text:
        "For a day in **Zurich** you need\n\n- a coat and an umbrella: it is 4 °C and it rains,\n- about **95 francs** for your 100 euros.\n\nTrams take cards, so that you need *little cash*."
    }
  },
  {
    when: { text: "on the Moon" },
    answer: { tool_calls: [{ name: "get_weather", arguments: { city: "Moon" } }] }
  },
  {
    when: { result: "no weather station" },
    answer: { text: "Nobody measures the weather there. Ask me for a city, such as Lisbon or Paris." }
  },
  { when: { text: "stream a completion" }, answer: { text: guide } }
]
