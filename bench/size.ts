/**
 * The size of a program that streams one chat answer over fetch, bundled by esbuild for browsers, minified, `gzip -9`.
 *
 *   node bench/size.ts
 */
import { build } from "esbuild"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { table } from "./table.ts"

const programs: ReadonlyArray<readonly [name: string, file: string]> = [
  ["ours", "ours"],
  ["naive-effect", "naiveEffect"],
  ["eventsource-parser", "eventsourceParser"],
  ["mistralai", "mistralai"],
  ["mistralai, core entry", "mistralaiCore"],
  ["openai", "openai"],
  ["ai-sdk", "aiSdk"],
  ["ai-streamText", "aiStreamText"]
]

export interface Size {
  readonly name: string
  /** Bytes, minified. */
  readonly minified: number
  /** Bytes, minified and compressed. */
  readonly gzip: number
}

const bundle = async (file: string, splitting: boolean) => {
  const { metafile, outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`size/${file}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2023",
    platform: "browser",
    // An optional peer of the official SDK: left out, to its advantage.
    external: ["node:*", "@opentelemetry/api"],
    legalComments: "none",
    logLevel: "error",
    outdir: "/out",
    metafile: true,
    splitting
  })
  return { outputs: metafile.outputs, files: outputFiles }
}

const sizeOf = (name: string, files: ReadonlyArray<Uint8Array>): Size => ({
  name,
  minified: files.reduce((sum, file) => sum + file.length, 0),
  gzip: files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)
})

const whole = async (name: string, file: string): Promise<Size> =>
  sizeOf(name, (await bundle(file, false)).files.map(({ contents }) => contents))

/** What a page loads before it runs: the entry and the chunks it imports statically. */
const initialLoad = async (name: string, file: string): Promise<Size> => {
  const { files, outputs } = await bundle(file, true)
  const baseName = (path: string) => path.slice(path.lastIndexOf("/") + 1)
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [baseName(path), output]))
  const reached = new Set<string>()
  const reach = (path: string) => {
    if (reached.has(path)) return
    reached.add(path)
    for (const { external, kind, path: next } of byName.get(path)!.imports) {
      if (kind === "import-statement" && external !== true) reach(baseName(next))
    }
  }
  reach(`${file}.js`)
  return sizeOf(name, files.filter(({ path }) => reached.has(baseName(path))).map(({ contents }) => contents))
}

export const sizes = async (): Promise<ReadonlyArray<Size>> => [
  await initialLoad("ours, initial load with --splitting", "ours"),
  ...await Promise.all(programs.map(([name, file]) => whole(name, file)))
]

export const sizeTable = (measured: ReadonlyArray<Size>): string =>
  table([
    ["program", "minified kB", "gzip kB"],
    ...measured.map(({ gzip, minified, name }) => [name, (minified / 1000).toFixed(1), (gzip / 1000).toFixed(1)])
  ])

if (import.meta.main) console.log(sizeTable(await sizes()))
