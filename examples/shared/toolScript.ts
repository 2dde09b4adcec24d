/** The responses of the emulator to `tools.ts`: a rule for each round, by the last message of the conversation. */
import type { Script } from "@effect-mistral/emulator"

export const toolScript: Script.Script = [
  {
    when: { text: "Zurich" },
    answer: {
      text: "I look that up.",
      tool_calls: [
        { name: "get_weather", arguments: { city: "Zurich" } },
        { name: "exchange", arguments: { euros: 100, to: "CHF" } },
        { name: "get_trains", arguments: {} }
      ]
    }
  },
  {
    when: { text: "no timetable" },
    answer: {
      tool_calls: [
        { name: "exchange", arguments: { euros: "fifty", to: "CHF" } },
        { name: "get_flights", arguments: {} }
      ]
    }
  },
  { when: { text: "no tool named" }, answer: { text: "Take a coat and 95 francs, and ask for trains at the station." } }
]
