import type { Generation } from "./generation.ts"

const day = 24 * 60 * 60 * 1000

/** Keys of dates that are in the past, and of those that are in the future. */
const past =
  /(?:^|_)(?:created|updated|modified|ordered|purchased|paid|published|posted|issued|joined|sent|received|last|since|start|started|opened|invoice|order|logged|registered|hired|released?)(?:_|$)/
const future =
  /(?:^|_)(?:due|deadline|expires?|expiry|expiration|expired|next|end|ends|until|departure|arrival|delivery|deliver|scheduled|appointment|event|check_?in|check_?out|meeting|return|renewal|reminder)(?:_|$)/
const birth = /(?:^|_)(?:birth|birthday|birthdate|dob|born)(?:_|$)/
const founding = /(?:^|_)(?:founded|founding|established|built)(?:_|$)/

/** The days of a date from today, by its key: a birth is long ago, a deadline comes soon, and the rest is near today. */
const daysFrom = ({ random }: Generation, name: string): number =>
  birth.test(name)
    ? -random.int(20 * 365, 60 * 365)
    : founding.test(name)
    ? -random.int(5 * 365, 70 * 365)
    : future.test(name)
    ? random.int(1, 60)
    : past.test(name)
    ? -random.int(1, 60)
    : random.int(-30, 30)

/** The midnight of a made date, in milliseconds since the epoch. */
export const madeDay = (generation: Generation, name: string): number =>
  (Math.floor(generation.now / day) + daysFrom(generation, name)) * day

/** A year near today's, unless its key says how long ago it is. */
export const madeYear = (generation: Generation, name: string): number => {
  const year = new Date(generation.now).getUTCFullYear()
  return birth.test(name) || founding.test(name)
    ? new Date(madeDay(generation, name)).getUTCFullYear()
    : year - generation.random.int(future.test(name) ? -2 : 0, future.test(name) ? 0 : 12)
}

const digits = (value: number) => String(value).padStart(2, "0")

/** A date such as `2026-03-14`. */
export const madeDate = (generation: Generation, name: string): string =>
  new Date(madeDay(generation, name)).toISOString().slice(0, 10)

/** The hours and minutes of a time of day at which people do things. */
export const madeHour = ({ random }: Generation): string =>
  `${digits(random.int(7, 21))}:${digits(random.int(0, 11) * 5)}`

/** A time such as `14:35:00Z`. */
export const madeTime = (generation: Generation): string => `${madeHour(generation)}:00Z`

/** A date and a time in UTC. */
export const madeDateTime = (generation: Generation, name: string): string =>
  `${madeDate(generation, name)}T${madeTime(generation)}`
