const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** Makes an id of nine letters and digits, the only ones that Mistral accepts. `random` gives a number from 0 to below 1. */
export const nineCharacters = (random: () => number): string => {
  let id = ""
  while (id.length < 9) id += characters[Math.floor(random() * characters.length)]
  return id
}
