/** The parts of the program that do not change. */
export const articles: ReadonlyArray<string> = [
  "Invoices are sent by email on the first day of each month.",
  "A parcel to France arrives within some working days, depending on the city.",
  "Reset your password from the sign-in page of the app."
]

const days: Readonly<Record<string, number>> = { Paris: 1, Lyon: 2, Nice: 3 }

export const deliveryDays = (city: string): string => `${days[city] ?? 5} working days`

export const similarity = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0)
