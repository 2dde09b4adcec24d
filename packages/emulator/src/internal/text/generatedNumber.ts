import { madeDay, madeYear } from "./dates.ts"
import type { Generation } from "./generation.ts"
import { keyName, lookUp } from "./words.ts"

type Keywords = Readonly<Record<string, unknown>>

/** A range of numbers that is usual for a key: the lowest, the highest, and the step between numbers. */
type Usual = readonly [lowest: number, highest: number, step: number]

/** The usual ranges by the end of a key, for numbers that need not be whole. */
const byKey: ReadonlyArray<readonly [RegExp, Usual]> = [
  [/age(?:_years)?$/, [18, 80, 1]],
  [/lat(?:itude)?$/, [-55, 65, 0.0001]],
  [/(?:lng|lon|long|longitude)$/, [-170, 170, 0.0001]],
  [/(?:percent|percentage|pct|humidity|discount|progress|cloud_cover|battery)$/, [1, 99, 1]],
  [/(?:confidence|probability|similarity|likelihood|relevance|ratio|rate|weighting|certainty|sentiment)$/, [
    0.5,
    0.99,
    0.01
  ]],
  [/score$/, [0.5, 0.99, 0.01]],
  [/(?:rating|star)$/, [1, 5, 0.5]],
  [/(?:salary|income|wage)$/, [28_000, 95_000, 500]],
  [/(?:revenue|budget|turnover|profit)$/, [50_000, 900_000, 1000]],
  [/(?:price|cost|amount|total|subtotal|fee|tax|fare|balance|payment|spend|charge)$/, [5, 250, 0.01]],
  [/(?:temperature|temp|feels_like|celsius)$/, [-5, 32, 0.1]],
  [/fahrenheit$/, [25, 95, 0.1]],
  [/month$/, [1, 12, 1]],
  [/(?:^|_)day$/, [1, 28, 1]],
  [/hour$/, [0, 23, 1]],
  [/(?:minute|min|duration)$/, [5, 55, 5]],
  [/(?:second|sec)$/, [1, 59, 1]],
  [/(?:milli|millisecond|ms|latency)$/, [20, 900, 1]],
  [/population$/, [20_000, 3_000_000, 1000]],
  [/(?:wind_speed|wind|speed)$/, [2, 60, 1]],
  [/(?:pressure)$/, [990, 1035, 1]],
  [/(?:calorie|kcal)$/, [80, 750, 5]],
  [/(?:weight|mass|kg)$/, [1, 90, 0.1]],
  [/(?:gram|gramm|ml)$/, [10, 500, 5]],
  [/(?:height|width|length|depth|cm|mm|size|px)$/, [10, 200, 1]],
  [/(?:distance|km|mile|meter|metre)$/, [1, 120, 0.1]],
  [/(?:page|word)(?:_count)?$/, [1, 400, 1]],
  [/port$/, [3000, 9000, 1]],
  [/(?:^|_)(?:id|number|no|code)$/, [1000, 9999, 1]],
  [/(?:priority|level|rank|position|index|version|step|difficulty|severity)$/, [1, 5, 1]],
  [/(?:bedroom|room|bathroom|guest|passenger|people|person|child|children|adult|serving|floor)$/, [1, 6, 1]]
]

const usualOf = lookUp(byKey)

/** Numbers without a key that says more, whole or not. */
const small: Usual = [1, 20, 1]
const fractional: Usual = [1, 100, 0.1]

/** Bounds from here on are those of a data type, such as 2^53 - 1 or 2^31 - 1: they ask for no number near them. */
const typeBound = 2 ** 31 - 1

/** The bounds that a JSON Schema asks for, `undefined` where it asks for none. */
interface Bounds {
  readonly from: number | undefined
  readonly to: number | undefined
}

const numberOf = (schema: Keywords, keyword: string): number | undefined =>
  typeof schema[keyword] === "number" ? schema[keyword] : undefined

/** The higher, or the lower, of a bound and an exclusive one, which is moved by a step. */
const boundsOf = (schema: Keywords, step: number): Bounds => {
  const pick = (keyword: string, exclusive: string, sign: 1 | -1): number | undefined => {
    const beyond = numberOf(schema, exclusive)
    const all = [
      numberOf(schema, keyword),
      // The first multiple of the step beyond the bound.
      beyond === undefined ? undefined : sign * (Math.floor((sign * beyond) / step + 1e-9) + 1) * step
    ].filter((one) => one !== undefined && Number.isFinite(one)).map(Number)
    return all.length === 0 ? undefined : sign * Math.max(...all.map((one) => sign * one))
  }
  const from = pick("minimum", "exclusiveMinimum", 1)
  const to = pick("maximum", "exclusiveMaximum", -1)
  return {
    from: from === undefined || from <= -typeBound ? undefined : from,
    to: to === undefined || to >= typeBound ? undefined : to
  }
}

const usualFor = (key: string, generation: Generation, whole: boolean): Usual => {
  const name = keyName(key)
  if (name.endsWith("year") && !/(?:per|a)_year$/.test(name)) {
    const year = madeYear(generation, name)
    return [year, year, 1]
  }
  if (/(?:timestamp|epoch|unix(?:_time)?)(?:_ms|_milli)?$/.test(name)) {
    const at = madeDay(generation, name) + generation.random.int(7 * 60, 21 * 60) * 60_000
    const time = /(?:ms|milli)$/.test(name) ? at : at / 1000
    return [time, time, 1]
  }
  const usual = usualOf(name)
  if (usual === undefined) return whole ? small : fractional
  if (!whole) return usual
  // A score of whole numbers counts up to a hundred.
  return usual[1] < 1 ? [50, 99, 1] : [Math.ceil(usual[0]), Math.floor(usual[1]), Math.max(1, Math.round(usual[2]))]
}

/**
 * Generates a number for a JSON Schema: one that is usual for its key if the bounds allow it, and one near the bounds
 * otherwise. `integer` says whether it must be whole, and `different` how many different ones are needed.
 */
export const generateNumber = (
  schema: Keywords,
  key: string,
  generation: Generation,
  integer: boolean,
  different: number
): number => {
  const { random } = generation
  const multiple = numberOf(schema, "multipleOf")
  const [lowest, usualHighest, usualStep] = usualFor(key, generation, integer)
  // Of ten times as many numbers, those that are drawn mostly differ.
  const highest = different > 10 ? Math.max(usualHighest, lowest + 10 * different * usualStep) : usualHighest
  const step = multiple !== undefined && multiple > 0 ? multiple : stepFor(schema, usualStep, integer)
  const { from, to } = boundsOf(schema, step)
  const known = usualOf(keyName(key)) !== undefined || lowest === highest
  const near = (least: number, most: number): number => {
    const first = Math.ceil(least / step - 1e-9)
    const last = Math.floor(most / step + 1e-9)
    // If no multiple lies between the bounds, their mean is tried.
    return last < first ? (least + most) / 2 : rounded(random.int(first, last) * step)
  }
  // Both bounds are meant, unless they are so far apart that a usual number is likelier.
  if (from !== undefined && to !== undefined && (to - from <= 100 || (!known && to - from <= 1000))) {
    return near(from, to)
  }
  const least = Math.max(from ?? -Infinity, lowest)
  const most = Math.min(to ?? Infinity, highest)
  if (Math.ceil(least / step - 1e-9) <= Math.floor(most / step + 1e-9)) return near(least, most)
  const span = Math.max(99, 10 * different) * step
  if (from !== undefined) return near(from, Math.min(to ?? Infinity, from + span))
  if (to !== undefined) return near(to - span, to)
  return near(step, 20 * step)
}

/** Numbers have as many decimals as their key suggests, and more where their bounds lie close together. */
const stepFor = (schema: Keywords, usual: number, integer: boolean): number => {
  if (integer) return Math.max(1, Math.round(usual))
  const bound = (keyword: string, exclusive: string) => numberOf(schema, keyword) ?? numberOf(schema, exclusive)
  const span = (bound("maximum", "exclusiveMaximum") ?? Infinity) - (bound("minimum", "exclusiveMinimum") ?? -Infinity)
  return span > 0 && span < 20 * usual ? 10 ** Math.floor(Math.log10(span / 20)) : usual
}

/** Without the digits that come from calculating with binary fractions. */
const rounded = (value: number): number => Number.isSafeInteger(value) ? value : Number(value.toPrecision(12))
