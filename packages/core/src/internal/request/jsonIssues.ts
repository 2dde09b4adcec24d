/** An `Issue` of `MistralErrorReason`, which imports modules that import this one and is therefore not imported here. */
interface Issue {
  readonly path: Array<string | number>
  readonly message: string
}

/**
 * The places of a value that JSON cannot express, or would change: `NaN` would become `null`, a `Map` `{}`, a `Date` text.
 * A key that is `undefined` counts as absent.
 *
 * It runs for every request. It is a plain walk, because a replacer for `JSON.stringify` takes several times as long.
 */
export const jsonIssues = (root: unknown): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = []
  const parents: Array<object> = []
  const report = (what: string) => {
    issues.push({ path: [], message: `Expected a value that JSON can express, got ${what}` })
  }
  const walk = (value: unknown): void => {
    if (value === null || typeof value === "boolean") return
    if (typeof value === "string") checkText(value)
    else if (typeof value !== "object") {
      if (!Number.isFinite(value)) report(typeof value === "number" ? `${value}` : typeof value)
    } else {
      const isArray = Array.isArray(value)
      if (parents.includes(value)) report("a cycle")
      else if (parents.length > 1000) report("a depth of more than 1000")
      else if (!isArray && !isPlain(value)) report(`an instance of ${value.constructor?.name}`)
      else {
        parents.push(value)
        const keys: ReadonlyArray<unknown> = isArray ? value : Object.keys(value)
        for (let at = 0; at < keys.length; at++) {
          // The cast is safe: they are the keys of an object.
          const key = isArray ? at : keys[at] as string
          // The cast is safe: the key is the value's own.
          const inner = (value as Record<string | number, unknown>)[key]
          if (inner === undefined && !isArray) continue
          const before = issues.length
          walk(inner)
          if (typeof key === "string") checkText(key)
          // The path is made on the way back, so that a good value costs nothing for it.
          for (let last = before; last < issues.length; last++) issues[last]!.path.unshift(key)
        }
        parents.pop()
      }
    }
  }
  // UTF-8 cannot express half of a surrogate pair. Some engines lack the function; there the server decides.
  const checkText = (text: string & { readonly isWellFormed?: () => boolean }) => {
    if (text.isWellFormed?.() === false) report("half of a surrogate pair")
  }
  walk(root)
  return issues
}

/** Whether an object has no class. Objects of another realm, such as a frame, have another `Object.prototype`. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
