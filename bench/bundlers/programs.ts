/** The programs that are bundled: written for each bundler as JavaScript, so that none drops an import because of TypeScript. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** A program: its entries, by the name of the file that each becomes. */
export interface Program {
  readonly name: string
  /** Paths of JavaScript files. */
  readonly entries: Readonly<Record<string, string>>
}

/** The folder of programs and bundles. Imports resolve from it as they do from `bench`. */
export const workFolder: string = join(import.meta.dirname, "..", ".bundles")

/** A program with barrel imports in place of its module imports. */
export const withBarrels = (code: string): string =>
  code.replaceAll(/import \* as (\w+) from "(effect|@effect-mistral\/\w+)\/\w+"/g, "import { $1 } from \"$2\"")

/** Imports of every package that has a public module for browsers, none of which a program uses. */
const unusedImports = [
  ["MistralLanguageModel, MistralTool", "ai"],
  ["Agents", "agents"],
  ["BatchJobs, Files", "batch"],
  ["Embeddings, Moderations, Ocr", "core"],
  ["Fim", "fim"],
  ["ChatCompletionEvents, Judges", "observability"],
  ["ScriptedHttpClient", "testing"]
].map(([names, name]) => `import { ${names} } from "@effect-mistral/${name}"\n`).join("") +
  "import \"@effect-mistral/core/Classifiers\"\n"

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8")

/** Writes the programs into a folder of their own, and returns them. */
export const writePrograms = (name: string): ReadonlyArray<Program> => {
  const folder = join(workFolder, name, "programs")
  rmSync(join(workFolder, name), { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const write = (file: string, code: string) => {
    const path = join(folder, file)
    writeFileSync(path, code.replaceAll(/(\.\/\w+)\.ts"/g, "$1.js\""))
    return path
  }
  const single = (name: string, code: string): Program => ({ name, entries: { main: write(`${name}.js`, code) } })
  const stream = read("size/ours.ts")
  const object = read("size/oursObject.ts")
  for (const part of ["object", "client"]) write(`${part}.js`, read(`bundlers/programs/${part}.ts`))
  return [
    single("stream", stream),
    single("stream-barrels", withBarrels(stream)),
    single("object-only", object),
    single("object-only-barrels", withBarrels(object)),
    single("unused", unusedImports + stream),
    {
      name: "split",
      entries: {
        page: write("page.js", read("bundlers/programs/page.ts")),
        second: write("second.js", read("bundlers/programs/second.ts"))
      }
    },
    { name: "lazy", entries: { lazy: write("lazy.js", read("bundlers/programs/lazy.ts")) } }
  ]
}

/** The folder of the bundle of a program. */
export const bundleFolder = (bundler: string, program: string): string => join(workFolder, bundler, program)
