/** Checks of what a packed package contains. */
import { posix } from "node:path"

/** The files of a package by their paths in it. */
export type Files = ReadonlyMap<string, string>

/** The least that a manifest has to say of a package to check its files. */
export interface PackedManifest {
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly files?: ReadonlyArray<string>
}

/** What is wrong with the files of a package, a sentence each. `privatePaths` may occur in no file. */
export const tarballProblems = (files: Files, privatePaths: ReadonlyArray<string>): ReadonlyArray<string> => {
  const text = files.get("package.json")
  if (text === undefined) return ["package.json is missing"]
  const manifest: PackedManifest = JSON.parse(text)
  return [
    ...unexpected(files, manifest),
    ...missing(files, manifest),
    ...[...files.keys()].filter((path) => path.endsWith(".map")).flatMap((path) => unresolvedSources(files, path)),
    ...unbuilt(files),
    ...privatePaths.flatMap((secret) =>
      [...files].filter(([, content]) => content.includes(secret)).map(([path]) => `${path} names ${secret}`)
    )
  ]
}

/** The kinds of files that a build makes and a reader needs. */
const kinds: Readonly<Record<string, RegExp>> = {
  dist: /\.(js|js\.map|d\.ts|d\.ts\.map)$/,
  src: /\.ts$/,
  page: /\.(html|css|js|svg|d\.ts)$/
}

const unexpected = (files: Files, manifest: PackedManifest): ReadonlyArray<string> =>
  [...files.keys()].flatMap((path) => {
    const [top = ""] = path.split("/")
    if (path === "package.json") return []
    if (!(manifest.files ?? []).includes(top)) return [`${path} is not in \`files\``]
    if (/(^|\/)(test|tests|fixtures|__snapshots__)\/|\.test\./.test(path)) return [`${path} belongs to the tests`]
    const kind = kinds[top]
    return kind !== undefined && !kind.test(path) ? [`${path} is not a file that a build makes`] : []
  })

const missing = (files: Files, manifest: PackedManifest): ReadonlyArray<string> => {
  const paths = [...files.keys()]
  const entries = (manifest.files ?? []).filter((entry) =>
    !paths.some((path) => path === entry || path.startsWith(`${entry}/`))
  )
  const targets = Object.entries(manifest.exports ?? {}).flatMap(([name, target]) =>
    name.includes("*") || target === null ? [] : typeof target === "string" ? [target] : Object.values(target ?? {})
  )
  const programs = Object.values(manifest.bin ?? {})
  return [
    ...entries.map((entry) => `${entry} is in \`files\` and missing`),
    ...[...targets, ...programs].flatMap((target) =>
      typeof target === "string" && !files.has(posix.normalize(target)) ? [`${target} is exported and missing`] : []
    ),
    ...programs.flatMap((program) =>
      files.get(posix.normalize(program))?.startsWith("#!/usr/bin/env node\n") === false
        ? [`${program} is a command and does not start with #!/usr/bin/env node`]
        : []
    )
  ]
}

interface SourceMap {
  readonly sources: ReadonlyArray<string>
  readonly sourceRoot?: string
}

const unresolvedSources = (files: Files, path: string): ReadonlyArray<string> => {
  const map: SourceMap = JSON.parse(files.get(path) ?? "")
  if (map.sources.length === 0) return [`${path} names no source`]
  return map.sources.flatMap((source) =>
    files.has(posix.normalize(posix.join(posix.dirname(path), map.sourceRoot ?? "", source)))
      ? []
      : [`${path} names the source ${source}, which is not in the package`]
  )
}

/** Every source has its build and every build its source: none is left from an earlier one. */
const unbuilt = (files: Files): ReadonlyArray<string> => {
  const stems = (folder: string, ending: string) =>
    [...files.keys()].filter((path) => path.startsWith(`${folder}/`) && path.endsWith(ending)).map((path) =>
      path.slice(folder.length + 1, -ending.length)
    )
  const sources = stems("src", ".ts")
  return [".js", ".js.map", ".d.ts", ".d.ts.map"].flatMap((ending) => {
    const built = stems("dist", ending)
    return [
      ...sources.filter((stem) => !built.includes(stem)).map((stem) => `src/${stem}.ts has no dist/${stem}${ending}`),
      ...built.filter((stem) => !sources.includes(stem)).map((stem) => `dist/${stem}${ending} has no src/${stem}.ts`)
    ]
  })
}
