/** Which licences the dependencies may have, and what the lock file says of them. */

/** What this check reads of an entry of `package-lock.json`. */
export interface LockEntry {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly link?: boolean
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** The entries of `package-lock.json` by their paths, such as `node_modules/effect`. */
export type Lock = Readonly<Record<string, LockEntry>>

/** A dependency with its licence. */
export interface Dependency {
  readonly path: string
  readonly name: string
  readonly version: string
  /** The licence, or `undefined` if neither the lock file nor the package's own file says it. */
  readonly licence: string | undefined
  /** Whether the licence was recognised in the package's `LICENSE` file, because its manifest does not name it. */
  readonly fromFile: boolean
  /** Whether users of the published packages install it. All others are tools of this repository. */
  readonly forUsers: boolean
  readonly allowed: boolean
}

/** Licences that a dependency of the published packages may have: each allows any use with a notice. */
export const allowedForUsers: ReadonlySet<string> = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0"
])

/**
 * Licences that a tool of this repository may have as well. Nothing of a tool is published, so that conditions on changed
 * copies (MPL-2.0) and on data (CC-BY-4.0) do not reach users.
 */
export const allowedForTools: ReadonlySet<string> = new Set([
  ...allowedForUsers,
  "MPL-2.0",
  "CC0-1.0",
  "CC-BY-4.0",
  "Python-2.0",
  "Public Domain"
])

/** Whether a licence expression of SPDX can be met with the allowed licences: one side of `OR`, both sides of `AND`. */
export const isAllowed = (expression: string, allowed: ReadonlySet<string>): boolean => {
  if (allowed.has(expression)) return true
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? []
  let at = 0
  const either = (): boolean => {
    let result = both()
    while (tokens[at] === "OR") {
      at++
      const right = both()
      result = result || right
    }
    return result
  }
  const both = (): boolean => {
    let result = one()
    while (tokens[at] === "AND") {
      at++
      const right = one()
      result = result && right
    }
    return result
  }
  const one = (): boolean => {
    const token = tokens[at++]
    if (token !== "(") return token !== undefined && allowed.has(token)
    const result = either()
    return tokens[at++] === ")" && result
  }
  const result = either()
  return at === tokens.length && result
}

/** Recognises the text of a licence that packages without a `license` key have in a file. */
export const recognise = (text: string): string | undefined =>
  /^\s*(The )?MIT License/.test(text)
    ? "MIT"
    : /^\s*Apache License\s+Version 2\.0/.test(text)
    ? "Apache-2.0"
    : undefined

/** Every dependency of a lock file. `licenceFile` reads the licence file of an installed package. */
export const dependencies = (
  lock: Lock,
  licenceFile: (path: string) => string | undefined
): ReadonlyArray<Dependency> => {
  const forUsers = usersClosure(lock)
  return Object.entries(lock)
    .filter(([path, entry]) => path.includes("node_modules/") && entry.link !== true)
    .map(([path, entry]): Dependency => {
      const text = entry.license === undefined ? licenceFile(path) : undefined
      const licence = entry.license ?? (text === undefined ? undefined : recognise(text))
      const users = forUsers.has(path)
      return {
        path,
        name: entry.name ?? nameOf(path),
        version: entry.version ?? "",
        licence,
        fromFile: text !== undefined && licence !== undefined,
        forUsers: users,
        allowed: licence !== undefined && isAllowed(licence, users ? allowedForUsers : allowedForTools)
      }
    })
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)

/** The paths of what npm installs for a user of the published packages: dependencies and peers, and theirs. */
const usersClosure = (lock: Lock): ReadonlySet<string> => {
  const found = new Set<string>()
  const open = Object.keys(lock).filter((path) => /^packages\/[^/]+$/.test(path))
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    found.add(path)
    const entry = lock[path] ?? {}
    const peers = Object.keys(entry.peerDependencies ?? {})
      .filter((name) => entry.peerDependenciesMeta?.[name]?.optional !== true)
    for (const name of [...Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), ...peers]) {
      const resolved = resolve(lock, path, name)
      if (resolved !== undefined) open.push(resolved)
    }
  }
  return found
}

/** Where Node finds a package from another: in the nearest `node_modules` on the way up. Links lead to workspaces. */
const resolve = (lock: Lock, from: string, name: string): string | undefined => {
  for (let folder = from;;) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    const entry = lock[path]
    if (entry !== undefined) return entry.link === true ? entry.resolved : path
    if (folder === "") return undefined
    folder = folder.includes("/node_modules/") ? folder.slice(0, folder.lastIndexOf("/node_modules/")) : ""
  }
}
