import type * as Tool from "../../ToolSchema.ts"
import { knownId } from "./knownId.ts"
import { equals, Fields } from "./mergeParts.ts"

type Arguments = Tool.ReceivedCall["function"]["arguments"]

/** Is called with the call that a fragment belongs to, and with the text that the fragment added to its arguments. */
export type OnFragment = (call: Call, added: string) => void

/** A tool call under construction. */
export interface Call {
  id: string | undefined
  index: number | undefined
  name: string
  /** The delta in which the name came last. */
  named: number
  arguments: Arguments | undefined
  /** How far the JSON of the arguments is: open brackets, and whether it ends within a string or after a backslash. */
  depth: number
  quoted: boolean
  escaped: boolean
  /** The other keys of the call and of its function. */
  fields: Fields | undefined
  functionFields: Fields | undefined
}

/**
 * Assembles the tool calls of a message from their fragments, in linear time.
 *
 * A fragment without a name continues a call: that of its id if it has the same index, else the latest with its index,
 * else the last. A name begins a call, unless it continues one, which `#continues` decides.
 */
export class ToolCallBuilder {
  readonly #calls: Array<Call> = []
  readonly #byId = new Map<string, Call>()
  readonly #byIndex = new Map<number, Call>()
  #deltas = 0

  /** Adds the fragments of a delta. */
  add(fragments: ReadonlyArray<Tool.CallDelta>, onFragment?: OnFragment): void {
    this.#deltas++
    for (const fragment of fragments) this.#addFragment(fragment, onFragment)
  }

  /** Returns the calls under construction in the order of their indexes, or as they began where a call has no index. */
  calls(): ReadonlyArray<Call> {
    return this.#calls.every(({ index }) => index !== undefined)
      ? this.#calls.toSorted((a, b) => a.index! - b.index!)
      : this.#calls
  }

  /** Returns the calls in the order of `calls`. */
  build(): ReadonlyArray<Tool.ReceivedCall> {
    return this.calls().map((call) => {
      const built: Record<string, unknown> = call.id === undefined ? {} : { id: call.id }
      call.fields?.buildInto(built)
      const fn = { name: call.name, arguments: call.arguments ?? "{}" }
      built.function = call.functionFields?.buildInto(fn) ?? fn
      if (call.index !== undefined) built.index = call.index
      // The cast is safe: `type` is merged to a string, and the other keys that the schema knows are set here.
      return built as unknown as Tool.ReceivedCall
    })
  }

  #addFragment(fragment: Tool.CallDelta, onFragment: OnFragment | undefined): void {
    const id = knownId(fragment.id)
    const index = fragment.index ?? undefined
    // Servers send a `function` that is `null` in fragments, too.
    const fn = fragment.function ?? {}
    const name = fn.name ?? ""
    const args = fn.arguments
    const current = this.#current(id, index, name)
    const continued = current !== undefined && (name === "" || this.#continues(current, id, index, name, args))
    const call = continued ? current : this.#begin()
    const isNameRepeated = name !== "" && name === call.name

    call.id ??= id
    if (call.id !== undefined) this.#byId.set(call.id, call)
    // Some servers give each fragment of a call an id of its own.
    if (id !== undefined && !this.#byId.has(id)) this.#byId.set(id, call)
    call.index ??= index
    if (call.index !== undefined) this.#byIndex.set(call.index, call)
    if (name !== "") {
      call.name = name.startsWith(call.name) ? name : call.name + name
      call.named = this.#deltas
    }
    // Some servers repeat the whole call.
    const isCallRepeated = isNameRepeated && call.arguments === args && beginsJson(args)
    if (!isCallRepeated) appendArguments(call, args)
    call.fields = mergeRest(call.fields, fragment, callKeys)
    call.functionFields = mergeRest(call.functionFields, fn, functionKeys)
    onFragment?.(call, isCallRepeated || typeof args !== "string" ? "" : args)
  }

  /** The call that a fragment may continue. */
  #current(id: string | undefined, index: number | undefined, name: string): Call | undefined {
    const last = this.#calls[this.#calls.length - 1]
    const sameId = id === undefined ? undefined : this.#byId.get(id)
    const sameIndex = index === undefined ? undefined : this.#byIndex.get(index)
    if (
      sameId !== undefined &&
      (index === undefined || sameId.index === undefined || sameId.index === index ||
        (name === "" && sameIndex === undefined))
    ) return sameId
    return index === undefined || (sameIndex === undefined && last?.index === undefined) ? last : sameIndex
  }

  /** Whether a fragment with a name continues a call: its name repeats the call's, or is a piece of it. */
  #continues(
    call: Call,
    id: string | undefined,
    index: number | undefined,
    name: string,
    args: Arguments | null | undefined
  ): boolean {
    const isSameId = id !== undefined && id === call.id
    const isOtherId = id !== undefined && call.id !== undefined && id !== call.id
    const isSameIndex = index !== undefined && index === call.index
    if (call.name === "") return isSameIndex || !isOtherId
    const hasArguments = call.arguments !== undefined && call.arguments !== ""
    if (name !== call.name) {
      // A piece of a name. Two names in one delta are two calls.
      return !hasArguments && !isOtherId && (isSameId || isSameIndex) && call.named !== this.#deltas
    }
    if (!hasArguments) return isSameId || (isSameIndex && !isOtherId)
    // Where the arguments are complete and others begin, these are those of another call.
    if (!isComplete(call)) return !isOtherId || (Boolean(args) && !beginsJson(args))
    if (isSameId) return !beginsJson(args) || equals(args, call.arguments) || call.arguments === "{}"
    return isSameIndex && !isOtherId && !beginsJson(args)
  }

  #begin(): Call {
    const call: Call = {
      id: undefined,
      index: undefined,
      name: "",
      named: 0,
      arguments: undefined,
      depth: 0,
      quoted: false,
      escaped: false,
      fields: undefined,
      functionFields: undefined
    }
    this.#calls.push(call)
    return call
  }
}

const isComplete = (call: Call): boolean => call.depth <= 0 && !call.quoted

/** Whether arguments are those of a whole call, or begin with its first character. */
const beginsJson = (args: Arguments | null | undefined): boolean =>
  typeof args === "string" ? /^\s*[[{]/.test(args) : args !== null && args !== undefined

const appendArguments = (call: Call, more: Arguments | null | undefined): void => {
  const before = call.arguments
  if (more === undefined || more === null || (more === "" && before !== undefined)) return
  if (typeof more === "object") {
    call.arguments = typeof before === "object" ? { ...before, ...more } : more
    call.depth = 0
    call.quoted = false
    return
  }
  // Some servers send an empty object before the fragments of the arguments.
  const isJoined = typeof before === "string" && !(before === "{}" && beginsJson(more))
  call.arguments = isJoined ? before + more : more
  scan(call, more)
}

/** Follows the JSON of arguments as far as to know whether it is complete. */
const scan = (call: Call, text: string): void => {
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (call.escaped) call.escaped = false
    else if (char === "\"") call.quoted = !call.quoted
    else if (call.quoted) call.escaped = char === "\\"
    else if (char === "{" || char === "[") call.depth++
    else if (char === "}" || char === "]") call.depth--
  }
}

/** The keys of a call and of its function that are not merged by the general rules. */
const callKeys: ReadonlyArray<string> = ["id", "index", "function"]
const functionKeys: ReadonlyArray<string> = ["name", "arguments"]

const mergeRest = (fields: Fields | undefined, record: object, except: ReadonlyArray<string>): Fields | undefined => {
  for (const key in record) {
    if (except.includes(key)) continue
    // The cast is safe: `key` is a key of the object.
    const value: unknown = record[key as never]
    if (value !== null && value !== undefined) (fields ??= new Fields()).merge(key, value, "delta")
  }
  return fields
}
