/** What the site is built from. */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { root } from "./paths.ts"

const isInput = (name: string) => !name.startsWith(".") && !["node_modules", "dist"].includes(name)

const add = (path: string, change: (path: string, bytes: Uint8Array) => void): void => {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).filter(isInput).sort()) add(join(path, name), change)
  } else if (!path.endsWith(".tsbuildinfo")) change(path.slice(root.length), readFileSync(path))
}

/** A text that changes when a file changes that the site may be built from: a document, a source, or what builds it. */
export const inputs = (): string => {
  const hash = createHash("sha256")
  for (const name of readdirSync(root).filter(isInput).sort()) {
    add(join(root, name), (path, bytes) => hash.update(path).update("\0").update(bytes).update("\0"))
  }
  return hash.digest("hex")
}
