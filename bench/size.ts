/**
 * Bundle size of a program that streams one chat completion over fetch: bundled for browsers by esbuild, or by Vite where
 * the name says so, minified, `gzip -9`.
 *
 *   node bench/size.ts
 */
import { build, type BuildOptions } from "esbuild"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build as viteBuild } from "vite"
import { table } from "./table.ts"

const programs: ReadonlyArray<readonly [name: string, file: string]> = [
  ["ours", "ours"],
  ["ours, for an object in place of a stream", "oursObject"],
  ["ours, through effect/ai", "oursAi"],
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

const pathOf = (file: string): string => fileURLToPath(new URL(`size/${file}.ts`, import.meta.url))

const programOf = (file: string): BuildOptions => ({ entryPoints: [pathOf(file)] })

/** A program with barrel imports, as the README shows them, in place of its module imports. */
const withBarrels = (code: string): string =>
  code.replaceAll(/import \* as (\w+) from "(effect|@effect-mistral\/\w+)\/\w+"/g, "import { $1 } from \"$2\"")

const barrelProgramOf = (file: string): BuildOptions => ({
  stdin: { contents: withBarrels(readFileSync(pathOf(file), "utf8")), resolveDir: import.meta.dirname, loader: "ts" }
})

const bundle = async (options: BuildOptions): Promise<string> => {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    platform: "browser",
    // An optional peer of the official SDK: left out, to its advantage.
    external: ["node:*", "@opentelemetry/api"],
    legalComments: "none",
    logLevel: "error",
    ...options,
    write: false
  })
  return outputFiles[0]!.text
}

const sizeOf = (name: string, text: string): Size => ({
  name,
  minified: Buffer.byteLength(text),
  gzip: gzipSync(text, { level: 9 }).length
})

const viteBarrelBundle = async (file: string): Promise<string> => {
  const input = pathOf(file)
  const result = await viteBuild({
    configFile: false,
    logLevel: "error",
    plugins: [{
      name: "with-barrels",
      transform: (code, id) => id === input ? withBarrels(code) : undefined
    }],
    build: {
      write: false,
      target: "es2023",
      rolldownOptions: { input },
      modulePreload: { polyfill: false }
    }
  })
  if (!("output" in result)) throw new Error("Vite gave more than one bundle")
  return result.output.map((part) => part.type === "chunk" ? part.code : "").join("\n")
}

/** A program that holds just the exports of Effect that a program with its libraries uses, and nothing of theirs. */
const effectOf = async (file: string): Promise<BuildOptions> => {
  const rest = await bundle({
    ...programOf(file),
    minify: false,
    plugins: [{
      name: "without-effect",
      setup: ({ onResolve }) =>
        onResolve({ filter: /^effect\// }, ({ path }) => ({ path, external: true, sideEffects: false }))
    }]
  })
  const modules = new Map<string, Set<string>>()
  const use = (path: string, names: ReadonlyArray<string>) =>
    modules.set(path, new Set([...modules.get(path) ?? [], ...names]))
  for (const [, name, path] of rest.matchAll(/^import \* as (\w+) from "(.+)";$/gm)) {
    use(path!, [...rest.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, "g"))].map(([, member]) => member!))
  }
  for (const [, names, path] of rest.matchAll(/^import \{(.+)\} from "(.+)";$/gm)) {
    use(path!, names!.split(",").map((name) => name.trim().split(" ")[0]!))
  }
  const used = [...modules].filter(([, names]) => names.size > 0)
  const contents = [
    ...used.map(([path], at) => `import * as M${at} from "${path}"`),
    `globalThis.kept = [${used.flatMap(([, names], at) => [...names].map((name) => `M${at}.${name}`)).join()}]`
  ].join("\n")
  return { stdin: { contents, resolveDir: import.meta.dirname } }
}

export const sizes = async (): Promise<ReadonlyArray<Size>> => [
  ...await Promise.all(programs.map(async ([name, file]) => sizeOf(name, await bundle(programOf(file))))),
  sizeOf("ours, by barrel imports", await bundle(barrelProgramOf("ours"))),
  sizeOf("ours, by barrel imports, Vite", await viteBarrelBundle("ours")),
  sizeOf("ours, for an object, by barrel imports", await bundle(barrelProgramOf("oursObject"))),
  sizeOf("ours, for an object, by barrel imports, Vite", await viteBarrelBundle("oursObject")),
  sizeOf("the exports of Effect that ours uses, alone", await bundle(await effectOf("ours"))),
  sizeOf("the exports of Effect that ours through effect/ai uses, alone", await bundle(await effectOf("oursAi")))
]

export const sizeTable = (measured: ReadonlyArray<Size>): string =>
  table([
    ["program", "minified kB", "gzip kB"],
    ...measured.map(({ gzip, minified, name }) => [name, (minified / 1000).toFixed(1), (gzip / 1000).toFixed(1)])
  ])

if (import.meta.main) console.log(sizeTable(await sizes()))
