/**
 * Bundles each program by one bundler, runs the bundles and prints the sizes as JSON. In a process of its own, because bundlers
 * use one core each.
 *
 *   node bench/bundlers/measure.ts <bundler> <URL of an emulator>
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { type Bundler, bundlers, esbuildWithSideEffects } from "./bundlers.ts"
import { bundleFolder, writePrograms } from "./programs.ts"
import { runBundle } from "./runBundle.ts"
import { greeting, painter } from "./script.ts"

/** The size of what a browser loads for one purpose. */
export interface BundleSize {
  readonly bundler: string
  readonly name: string
  /** Bytes, minified. */
  readonly minified: number
  /** Bytes, minified and compressed, each file by itself. */
  readonly gzip: number
}

/** What each entry must print. */
const printed: Readonly<Record<string, readonly [streamed: string, whole: string]>> = {
  "stream": [greeting, ""],
  "stream-barrels": [greeting, ""],
  "object-only": ["", painter],
  "object-only-barrels": ["", painter],
  "unused": [greeting, ""],
  "side-effects": [greeting, ""],
  "page": [greeting, painter],
  "second": [greeting, ""],
  "lazy": ["loading" + greeting, ""]
}

/** webpack takes longest by far. The program with unused imports is one with module imports, too. */
const notByWebpack = ["stream", "object-only", "object-only-barrels"]

const measure = async (bundler: string, emulator: string): Promise<ReadonlyArray<BundleSize>> => {
  const sizes: Array<BundleSize> = []
  const add = (name: string, folder: string, files: ReadonlyArray<string>) => {
    const contents = files.map((file) => readFileSync(join(folder, file)))
    sizes.push({
      bundler,
      name,
      minified: contents.reduce((sum, { length }) => sum + length, 0),
      gzip: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0)
    })
  }
  const bundle = async (name: string, entries: Readonly<Record<string, string>>, build: Bundler) => {
    const folder = bundleFolder(bundler, name)
    await build(entries, folder)
    for (const entry of Object.keys(entries)) {
      const key = entry === "main" ? name : entry
      const { initial, later, lines } = await runBundle(folder, entry, emulator)
      const [streamed, whole] = printed[key]!
      if (lines.join("") !== streamed + whole || streamed !== "" && lines.length < 4) {
        throw new Error(`${bundler}: ${key} printed ${JSON.stringify(lines)}`)
      }
      // Only these have a dynamic import.
      if ((later.length > 0) !== (key === "page" || key === "lazy")) {
        throw new Error(`${bundler}: ${key} loaded ${later.join()} later`)
      }
      add(key, folder, initial)
      if (later.length > 0) add(`${key}, later`, folder, later)
    }
  }
  const programs = writePrograms(bundler)
  for (const { entries, name } of programs) {
    if (bundler === "webpack" && notByWebpack.includes(name)) continue
    await bundle(name, entries, bundlers[bundler]!)
  }
  if (bundler === "esbuild") {
    const { entries } = programs.find(({ name }) => name === "unused")!
    await bundle("side-effects", entries, esbuildWithSideEffects)
  }
  return sizes
}

if (import.meta.main) {
  const [bundler = "", emulator = ""] = process.argv.slice(2)
  console.log(JSON.stringify(await measure(bundler, emulator)))
}
