/**
 * Merges the parts of a JSON value that chunks bring. The work is linear in the size of the parts: a value that grows is
 * kept as `Fields` or `Items`, which are changed in place, until `build` makes JSON of it.
 */

/**
 * Where a value stands in a chunk, which decides how its parts are merged:
 *
 * - `head`: each chunk says the same of the whole completion. The last string stays; a list that begins with the earlier
 *   one replaces it, any other list is appended.
 * - `usage`: counts are cumulative. The last value stays, except that zero does not undo a count.
 * - `choice`: the last string stays, lists are appended.
 * - `delta`: strings are joined, except those that name something (`identity`). Lists are appended.
 * - `piece`: a piece of content that continues the one before it. Its text is joined, its other strings stay as they are.
 */
export type Level = "head" | "usage" | "choice" | "delta" | "piece"

/** An object under construction. */
export class Fields {
  readonly #values: Record<string, unknown> = {}

  get(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined
  }

  merge(key: string, value: unknown, level: Level, depth = 0): void {
    set(this.#values, key, mergeParts(this.get(key), value, level, key, depth))
  }

  /** Adds the built fields to an object. */
  buildInto(object: Record<string, unknown>): Record<string, unknown> {
    for (const key of Object.keys(this.#values)) set(object, key, build(this.#values[key]))
    return object
  }
}

/** Sets a key of an object, `__proto__` like any other. */
const set = (object: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, writable: true })
  else object[key] = value
}

/** A list under construction. */
class Items {
  readonly values: Array<unknown> = []
  readonly #key: string
  /** The positions of members by their `index`, and by `index` and `type`. */
  #places: Map<string, number> | undefined

  constructor(key: string) {
    this.#key = key
  }

  add(members: ReadonlyArray<unknown>, level: Level, depth: number): this {
    for (const member of members) this.#add(member, level, depth)
    return this
  }

  #add(member: unknown, level: Level, depth: number): void {
    if (level === "head" || !isRecord(member)) return void this.values.push(member)
    const index = fieldOf(member, "index")
    const type = fieldOf(member, "type")
    let at = Number.isInteger(index) ? this.#place(index, type, member) : undefined
    if (at !== undefined) {
      this.values[at] = mergeParts(this.values[at], member, level, this.#key, depth)
    } else if (!Number.isInteger(index) && this.#continuesLast(type, member)) {
      at = this.values.length - 1
      this.values[at] = mergeParts(this.values[at], member, "piece", this.#key, depth)
    } else {
      at = this.values.push(member) - 1
    }
    if (!Number.isInteger(index)) return
    this.#places ??= new Map()
    this.#places.set(`${index}`, at)
    if (type != null) this.#places.set(`${index} ${type}`, at)
  }

  /** The position of the member that has this index, and this type where both have one. */
  #place(index: unknown, type: unknown, member: unknown): number | undefined {
    let at = this.#places?.get(type == null ? `${index}` : `${index} ${type}`)
    if (at === undefined && type != null) {
      at = this.#places?.get(`${index}`)
      if (at !== undefined && fieldOf(this.values[at], "type") != null) return undefined
    }
    // Servers give the encrypted reasoning of several tool calls one index, and an id each.
    return at !== undefined && this.#key === "reasoning_details" && differ(this.values[at], member, "id")
      ? undefined
      : at
  }

  /** Whether a piece of text or thinking continues the one before it: thinking does not once that was closed. */
  #continuesLast(type: unknown, member: unknown): boolean {
    const last = this.values[this.values.length - 1]
    return textTypes.includes(type) && isRecord(last) && fieldOf(last, "type") === type &&
      fieldOf(last, "closed") !== true && !differ(last, member, "signature") && !differ(last, member, "id")
  }
}

/** `unknown:thinking` is thinking in another shape, such as a string. */
const textTypes: ReadonlyArray<unknown> = [
  "text",
  "thinking",
  "unknown:thinking",
  "reasoning.text",
  "reasoning.summary"
]

/** Values nested more deeply are not merged, the last stays: a server must not exhaust the stack. */
const maxDepth = 64

/** Merges a value into the value before it. `null` and absent values change nothing. */
export const mergeParts = (before: unknown, more: unknown, level: Level, key: string, depth = 0): unknown => {
  if (more === undefined || more === null) return before ?? more
  const joins = level === "delta" || level === "piece"
  if (before === undefined || before === null) {
    // Members of one list may be fragments of each other, too.
    return Array.isArray(more) && more.length > 1 && joins ? new Items(key).add(more, level, depth) : more
  }
  if (typeof more === "string") {
    if (typeof before === "string" && joinsStrings(level, key)) return before + more
    if (more === "") return before
    return isList(before) && joins ? listOf(before, level, key).add([textPiece(more)], level, depth + 1) : more
  }
  if (depth >= maxDepth) return more
  if (Array.isArray(more)) {
    if (isList(before)) return mergeLists(before, more, level, key, depth)
    return typeof before === "string" && joins
      ? new Items(key).add(before === "" ? more : [textPiece(before), ...more], level, depth + 1)
      : more
  }
  if (isRecord(more) && isRecord(before)) {
    const fields = before instanceof Fields ? before : toFields(before)
    for (const name of Object.keys(more)) fields.merge(name, more[name], level, depth + 1)
    return fields
  }
  return level === "usage" && more === 0 ? before : more
}

/** Makes JSON of a value, which may be under construction. */
export const build = (part: unknown): unknown =>
  part instanceof Fields
    ? part.buildInto({})
    : part instanceof Items
    ? part.values.map(build)
    : part

/** Strings that name something. Servers repeat them in each delta, or send them once and whole. */
const identity =
  /(?:^|_)(?:id|type|role|name|object|model|format|signature|url|status|finish_reason|stop_reason|service_tier|system_fingerprint|provider)$|(?:Id|Type|Name|Signature|Url)$/

const joinsStrings = (level: Level, key: string): boolean =>
  level === "delta"
    ? !identity.test(key)
    : level === "piece"
    ? key === "text" || key === "thinking" || key === "summary"
    // The delta of a completion in OpenAI's older format stands in the choice itself.
    : level === "choice" && key === "text"

/** Lists that servers repeat whole in each chunk, as they grow. */
const growing: ReadonlyArray<string> = ["annotations", "citations", "search_results"]

const mergeLists = (
  before: Items | ReadonlyArray<unknown>,
  more: ReadonlyArray<unknown>,
  level: Level,
  key: string,
  depth: number
): unknown => {
  if (more.length === 0) return before
  if (level === "usage") return more
  if (level === "head" || growing.includes(key)) {
    const earlier = before instanceof Items ? before.values : before
    if (earlier.length <= more.length && earlier.every((member, at) => equals(build(member), more[at]))) return more
  }
  const list = listOf(before, level, key)
  return list.add(more, level, depth + 1)
}

const listOf = (list: Items | ReadonlyArray<unknown>, level: Level, key: string): Items =>
  list instanceof Items ? list : new Items(key).add(list, level, maxDepth)

const textPiece = (text: string) => ({ type: "text", text })

const toFields = (record: { readonly [key: string]: unknown }): Fields => {
  const fields = new Fields()
  for (const key of Object.keys(record)) fields.merge(key, record[key], "head")
  return fields
}

const isList = (value: unknown): value is Items | ReadonlyArray<unknown> =>
  value instanceof Items || Array.isArray(value)

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !isList(value)

const fieldOf = (record: unknown, key: string): unknown =>
  record instanceof Fields ? record.get(key) : isRecord(record) ? record[key] : undefined

/** Whether two objects have different values for a key, neither of them empty. */
const differ = (one: unknown, other: unknown, key: string): boolean => {
  const left = fieldOf(one, key)
  const right = fieldOf(other, key)
  return Boolean(left) && Boolean(right) && left !== right
}

/** Whether two JSON values are equal. Values that are nested too deeply are not. */
export const equals = (one: unknown, other: unknown, depth = 0): boolean => {
  if (one === other) return true
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false
  const keys = Object.keys(one)
  // The casts are safe: both are objects, and lists have their positions as keys.
  return depth < maxDepth && Array.isArray(one) === Array.isArray(other) && keys.length === Object.keys(other).length &&
    keys.every((key) =>
      Object.hasOwn(other, key) &&
      equals((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key], depth + 1)
    )
}
