/** The responses of the emulator to the examples of `effect/ai`: a rule for each round, by the last message. */
import type { Script } from "@effect-mistral/emulator"

/** `ai-toolkit.ts`: parallel calls, one of a tool that fails; then a call whose arguments do not fit. */
export const dinner: Script.Script = [
  {
    when: { text: "a table for four" },
    answer: {
      text: "I look that up.",
      tool_calls: [
        { name: "get_weather", arguments: { city: "Zurich" } },
        { name: "book_table", arguments: { guests: 4, hour: 20 } }
      ]
    }
  },
  {
    when: { text: "FullyBooked" },
    answer: { tool_calls: [{ name: "book_table", arguments: { guests: "four", hour: 21 } }] }
  },
  {
    when: { text: "ToolParameterValidationError" },
    answer: { text: "It is 4 degrees, and I may book you a table at 21:00." }
  }
]

/** `ai-stream-tools.ts`. */
export const trip: Script.Script = [
  {
    when: { text: "a day in Zurich" },
    answer: {
      text: "I look that up.",
      tool_calls: [
        { name: "get_weather", arguments: { city: "Zurich" } },
        { name: "exchange", arguments: { euros: 100, to: "CHF" } }
      ]
    }
  },
  { when: { text: "95" }, answer: { text: "Take a coat and 95 francs." } }
]

/** `ai-tool-loop.ts`: a model that searches once more each time, and then may not. */
export const research: Script.Script = [
  { answer: { tool_calls: [{ name: "search", arguments: { query: "Water Lilies" } }] }, times: 3 },
  { answer: { text: "Monet painted them in Giverny." } }
]

/** `ai-chat.ts`. */
export const memory: Script.Script = [
  { when: { text: "My name is Alice" }, answer: { text: "Nice to meet you, Alice." } },
  { when: { text: "What is my name" }, answer: { text: "Your name is Alice." } }
]

/** `ai-execution-plan.ts`: the large model has no capacity. */
export const overload: Script.Script = [
  { when: { model: "mistral-large-latest" }, answer: { error: { status: 503 } } },
  { answer: { text: "Claude Monet." } }
]

/** `ai-rag.ts`. */
export const support: Script.Script = [
  { when: { path: "/v1/chat/completions", text: "parcel" }, answer: { text: "It arrives within three working days." } }
]

/** `ai-mcp.ts`. */
export const harbour: Script.Script = [
  {
    when: { text: "Saint-Malo?" },
    answer: { tool_calls: [{ name: "tides__next_high_tide", arguments: { port: "Saint-Malo" } }] }
  },
  { when: { text: "18:42" }, answer: { text: "The water is highest at 18:42." } }
]
