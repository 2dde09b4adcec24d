/** The parts of the program that do not change. */
import { Predicate } from "effect"

export const articles: ReadonlyArray<string> = [
  "Invoices are sent by email on the first day of each month.",
  "A parcel to France arrives within some working days, depending on the city.",
  "Reset your password from the sign-in page of the app."
]

export const parameters = {
  type: "object",
  properties: { city: { type: "string", enum: ["Paris", "Lyon", "Nice"] } },
  required: ["city"]
}

const days: Readonly<Record<string, number>> = { Paris: 1, Lyon: 2, Nice: 3 }

/** The result of the tool, by the arguments of a call. */
export const deliveryDays = (args: unknown): string => {
  const read: unknown = typeof args === "string" ? JSON.parse(args) : args
  const city = Predicate.hasProperty(read, "city") ? String(read.city) : ""
  return `${days[city] ?? 5} working days`
}

export const similarity = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0)
