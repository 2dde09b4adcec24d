/**
 * The API reference: a page for each public module of the packages, which TypeDoc makes from the sources.
 *
 * *Details*: reading the sources takes most of the time of a build, so the pages are kept until a source changes.
 */
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { TypeDocOptions } from "typedoc"
import type { PluginOptions } from "typedoc-plugin-markdown"
import { packages } from "../navigation.ts"
import { root, work } from "../paths.ts"
import { apiPage, firstSentence, moduleComment } from "./apiPage.ts"

/** A public module of a package, and the Markdown of its page. */
export interface Module {
  readonly package: string
  readonly name: string
  /** The first sentence of the module's comment. */
  readonly summary: string
  readonly markdown: string
}

const sourceFolder = (name: string) => join(root, "packages", name, "src")

/** The public modules of a package: the files of its `src` whose names begin with a capital letter. */
export const modulesOf = (name: string): ReadonlyArray<string> =>
  readdirSync(sourceFolder(name)).filter((file) => /^[A-Z]\w*\.ts$/.test(file)).sort().map((file) => file.slice(0, -3))

/** A text that changes when a source changes, or the code that makes the pages. */
const fingerprint = () => {
  const hash = createHash("sha256")
  const here = dirname(fileURLToPath(import.meta.url))
  const sources = packages.flatMap((name) =>
    readdirSync(sourceFolder(name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts")).sort().map((file) => join(sourceFolder(name), file))
  )
  for (const file of [...sources, join(here, "apiReference.ts")]) {
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0")
  }
  return hash.digest("hex").slice(0, 16)
}

/** Where the sources are read as they are, without a build. */
const tsconfig = () => {
  const file = join(work, "tsconfig.api.json")
  const options = {
    composite: false,
    noEmit: true,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    types: ["node"],
    typeRoots: ["../../node_modules/@types"]
  }
  writeFileSync(
    file,
    JSON.stringify({
      extends: "../../tsconfig.base.json",
      compilerOptions: options,
      include: ["../../packages/*/src"]
    })
  )
  return file
}

/** Runs TypeDoc. A member that a class inherits from Effect is left out: it is in Effect's reference. */
const generate = async (out: string) => {
  // TypeDoc loads a compiler of its own, which takes a second: only where the pages are made anew.
  const { Application } = await import("typedoc")
  const options: Partial<TypeDocOptions> & Partial<PluginOptions> = {
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: packages.flatMap((name) => modulesOf(name).map((module) => join(sourceFolder(name), `${module}.ts`))),
    tsconfig: tsconfig(),
    out,
    router: "module",
    readme: "none",
    logLevel: "Error",
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    excludeReferences: true,
    // `npm run check` does it, with the compiler of the repository.
    skipErrorChecking: true,
    disableSources: true,
    githubPages: false,
    hideGenerator: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hidePageTitle: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    classPropertiesFormat: "table",
    typeAliasPropertiesFormat: "table",
    typeDeclarationFormat: "table",
    propertyMembersFormat: "table",
    tableColumnSettings: {
      hideInherited: true,
      hideSources: true,
      hideOverrides: true,
      hideModifiers: true,
      hideDefaults: true
    },
    useHTMLEncodedBrackets: true
  }
  const app = await Application.bootstrapWithPlugins(options)
  const project = await app.convert()
  if (project === undefined) throw new Error("TypeDoc could not read the sources")
  await app.generateOutputs(project)
  if (app.logger.hasErrors()) throw new Error("TypeDoc could not write the API reference")
}

/** The API reference, made anew if a source has changed. */
export const apiReference = async (): Promise<ReadonlyArray<Module>> => {
  const cache = join(work, "api")
  const out = join(cache, fingerprint())
  if (!existsSync(out)) {
    rmSync(cache, { recursive: true, force: true })
    mkdirSync(cache, { recursive: true })
    await generate(`${out}-unfinished`)
    renameSync(`${out}-unfinished`, out)
  }
  return packages.flatMap((name) =>
    modulesOf(name).map((module) => {
      const source = readFileSync(join(sourceFolder(name), `${module}.ts`), "utf8")
      const typedoc = readFileSync(join(out, name, "src", `${module}.md`), "utf8")
      return {
        package: name,
        name: module,
        summary: firstSentence(moduleComment(source)),
        markdown: apiPage(module, name, typedoc, source)
      }
    })
  )
}
