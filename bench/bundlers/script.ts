/** What the emulator answers to the programs that are bundled. */

/** The text of a streamed completion. */
export const greeting = "Hello, fog, 霧 and 🌫️."

/** The name in the object of a completion. */
export const painter = "Claude Monet"

/** The rules of the emulator. */
export const script = [
  { when: { text: "Hi" }, answer: { text: greeting } },
  { when: { text: "Who?" }, answer: { text: JSON.stringify({ name: painter }) } }
]
