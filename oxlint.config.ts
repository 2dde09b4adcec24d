/**
 * The lint rules. The imports that are allowed stand in `importRules.ts`; the rules that hold them are made here.
 */
import { posix } from "node:path"
import { defineConfig, type OxlintConfig } from "oxlint"
import { folders, nodePackages, packages, type Rows, tests, unstableParts } from "./importRules.ts"

type Override = NonNullable<OxlintConfig["overrides"]>[number]

/**
 * Of the imports that match `among`, the files may make only those that match `allowed`; a pattern with `!` takes back what
 * the patterns before it allow. Each set of files has one group of patterns, because oxlint applies the negations of a group
 * to the groups after it. Regular expressions cannot replace the negations, because oxlint ignores one that has a lookahead.
 */
const allow = (files: string, among: string, allowed: ReadonlyArray<string>, message: string): Override => ({
  files: [files],
  rules: {
    "no-restricted-imports": ["error", {
      patterns: [
        ...among === "**" ? [barrel] : [],
        { group: [among, ...allowed.map(negated)], message: `${message} See importRules.ts.` }
      ]
    }]
  }
})

const negated = (pattern: string) => pattern.startsWith("!") ? pattern.slice(1) : `!${pattern}`

const barrel = {
  regex: "^effect(/[a-z-]+)*$",
  message: "Import the module, `effect/Effect`: this is what keeps bundles small."
}

const node = ["node:*", "node:*/*", "@effect/platform-node", "@effect/platform-node/**", "undici", "undici/**"]

/** The unstable parts of Effect that a package may not import. */
const refusedParts = (name: string) =>
  Object.entries(unstableParts).flatMap(([part, allowed]) => allowed.includes(name) ? [] : [part])

const modules = (names: ReadonlyArray<string>) =>
  names.flatMap((name) => [`@effect-mistral/${name}`, `@effect-mistral/${name}/*`])

const fromTo = (folder: string, other: string) =>
  posix.relative(`/src/internal/${folder}`, `/src/internal/${other}`) || "."

const join = (names: ReadonlyArray<string>) => names.length === 0 ? "none" : names.join(", ")

/** The rows with `all above` written out. Throws where a row names one that is not above it: that could close a circle. */
const read = (rows: Rows) =>
  Object.entries(rows).map(([name, imports], index, all) => {
    const above = all.slice(0, index).map(([earlier]) => earlier)
    if (imports === "all above") return [name, above] as const
    const refused = imports.filter((other) => !above.includes(other))
    if (refused.length > 0) throw new Error(`importRules.ts: ${name} names ${join(refused)}, which is not above it`)
    return [name, imports] as const
  })

const sourceFences = read(packages).flatMap(([name, imports]) => {
  const source = `packages/${name}/src`
  const refused = refusedParts(name)
  const outside = [
    "effect",
    "effect/**",
    ...modules(imports),
    ...nodePackages.includes(name) ? node : [],
    ...refused.flatMap((part) => [`!${part}`, `!${part}/**`])
  ]
  const message = `Sources of ${name} may import Effect (not ${join(refused)}) and these packages: ${join(imports)}.`
  return [
    allow(`${source}/**/*.ts`, "**", [...outside, "./**", "../**"], message),
    allow(`${source}/internal/*/**/*.ts`, "**", [...outside, "./*.ts"], `${message} This folder has no row.`),
    ...read(folders[name] ?? {}).map(([folder, others]) => {
      const inside = [folder, "..", ...others].map((other) => `${fromTo(folder, other)}/*.ts`)
      return allow(
        `${source}/internal/${folder}/*.ts`,
        "**",
        [...outside, ...inside],
        `${message} Files of internal/${folder} may import these other folders: ${join(others)}.`
      )
    })
  ]
})

const testFences = Object.entries(tests).map(([name, imports]) =>
  allow(
    `packages/${name}/test/**/*.ts`,
    "@effect-mistral/**",
    modules([name, ...imports]),
    `Tests of ${name} may import these other packages: ${join(imports)}.`
  )
)

const maxLines = (max: number): ["error", object] => ["error", { max, skipComments: true, skipBlankLines: true }]

export default defineConfig({
  plugins: ["typescript", "import", "unicorn", "oxc"],
  categories: { correctness: "error", suspicious: "warn" },
  ignorePatterns: ["**/dist", "**/node_modules", "scratch"],
  rules: {
    // Circles in a package. Circles of packages are excluded by their rows: this rule does not resolve `@effect-mistral/*`.
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "typescript/no-explicit-any": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/ban-ts-comment": ["error", { "ts-expect-error": false }],
    "no-console": "off",
    "no-shadow": "off",
    "no-underscore-dangle": "off",
    "require-yield": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-callback-reference": "off",
    "import/no-named-as-default": "off",
    "max-lines": maxLines(400)
  },
  overrides: [
    {
      files: ["packages/*/src/**/*.ts"],
      rules: {
        "no-restricted-globals": [
          "error",
          ...["process", "fetch", "setTimeout", "setInterval", "setImmediate", "Buffer", "__dirname"].map((name) => ({
            name,
            message: "Time, environment and transport come from Effect."
          }))
        ]
      }
    },
    { files: ["packages/emulator/src/**/*.ts"], rules: { "no-restricted-globals": "off" } },
    ...sourceFences,
    ...testFences,
    { files: ["**/test/**/*.ts"], rules: { "max-lines": maxLines(900) } }
  ]
})
