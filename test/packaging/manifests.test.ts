/** What the manifests of the published packages say, and that they agree with each other and with the sources. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { basename, join } from "node:path"
import { nodePackages } from "../../importRules.ts"
import { root } from "../packedPackages.ts"
import { inOrder, type Manifest, publishedPackages, readManifest } from "./manifests.ts"
import { repeated } from "./version.ts"

const published = publishedPackages(root)
const names = published.map(({ manifest }) => manifest.name)
const version = published[0]?.manifest.version

const allOf = ({ dependencies, devDependencies, optionalDependencies, peerDependencies }: Manifest) => [
  ...Object.entries(dependencies ?? {}),
  ...Object.entries(devDependencies ?? {}),
  ...Object.entries(optionalDependencies ?? {}),
  ...Object.entries(peerDependencies ?? {})
]

/** The modules that a file imports, types included. Comments have imports in their examples. */
const imports = (text: string): ReadonlyArray<string> =>
  [
    ...text.replaceAll(/\/\*[\s\S]*?\*\//g, "").matchAll(
      /^(?:import|export) [^"]*?from "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm
    )
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "")

const packageOf = (module: string): string => module.split("/").slice(0, module.startsWith("@") ? 2 : 1).join("/")

describe("versions", () => {
  it("are one for all packages, which depend on exactly this one of each other", () => {
    const workspaces = ["bench", "examples", "site", "test", "test-older-clients"].map((name) => join(root, name))
    const manifests = [...published.map(({ manifest }) => manifest), ...workspaces.map(readManifest)]
    assert.deepStrictEqual(new Set(published.map(({ manifest }) => manifest.version)), new Set([version]))
    const internal = manifests.flatMap((manifest) =>
      allOf(manifest).filter(([name]) => names.includes(name)).map(([name, range]) => [manifest.name, name, range])
    )
    assert.isAbove(internal.length, 20)
    assert.deepStrictEqual(internal.filter(([, , range]) => range !== version), [])
  })

  it("are fixed together by changesets for exactly the published packages", () => {
    const config: { readonly fixed: ReadonlyArray<ReadonlyArray<string>>; readonly access: string } = JSON.parse(
      readFileSync(join(root, ".changeset/config.json"), "utf8")
    )
    assert.deepStrictEqual(config.fixed, [[...names].sort()])
    assert.strictEqual(config.access, "public")
  })

  it("are repeated in the files that `npm run version` changes", () => {
    for (const [file, pattern] of Object.entries(repeated)) {
      const text = readFileSync(join(root, file), "utf8")
      assert.strictEqual(text.replace(pattern, `$1${version}`), text, file)
      assert.include(text.replace(pattern, "$1another"), "another", file)
    }
  })

  it("are in the lock file, too", () => {
    const { packages }: { readonly packages: Readonly<Record<string, Manifest>> } = JSON.parse(
      readFileSync(join(root, "package-lock.json"), "utf8")
    )
    for (const { folder, manifest } of published) {
      const entry = packages[`packages/${basename(folder)}`]
      const { dependencies, engines, peerDependencies, version } = manifest
      assert.deepInclude(entry, { version, ...engines && { engines } })
      assert.deepStrictEqual([entry?.dependencies, entry?.peerDependencies], [dependencies, peerDependencies])
    }
  })
})

describe("the order of publication", () => {
  const made = (name: string, ...dependencies: ReadonlyArray<string>) => ({
    folder: name,
    manifest: {
      name,
      version: "1.0.0",
      dependencies: Object.fromEntries(dependencies.map((other) => [other, "1.0.0"]))
    }
  })

  it("has each package after its dependencies", () => {
    const sorted = inOrder([made("a", "b", "elsewhere"), made("b", "c"), made("c")])
    assert.deepStrictEqual(sorted.map(({ folder }) => folder), ["c", "b", "a"])
    assert.strictEqual(names[0], "@effect-mistral/core")
  })

  it("does not exist for a circle", () => {
    assert.throws(() => inOrder([made("a", "b"), made("b", "a"), made("c")]), /a, b/)
  })
})

describe.each(published.map((one) => [basename(one.folder), one] as const))(
  "the manifest of %s",
  (name, { folder, manifest }) => {
    it("says what the package is", () => {
      assert.strictEqual(manifest.name, `@effect-mistral/${name}`)
      assert.match(manifest.description ?? "", /Mistral/)
      assert.isAtMost((manifest.description ?? "").length, 140)
      const keywords = manifest.keywords ?? []
      assert.includeMembers([...keywords], ["mistral", "effect", "typescript"])
      assert.strictEqual(new Set(keywords).size, keywords.length)
      assert.isAbove(keywords.length, 5)
    })

    it("has what publishing and bundling need", () => {
      assert.deepInclude(manifest, {
        license: "MIT",
        type: "module",
        sideEffects: false,
        publishConfig: { access: "public" }
      })
      assert.isUndefined(manifest.private)
      // No script runs when a package is installed.
      assert.isUndefined(manifest.scripts)
      assert.match(manifest.engines?.["node"] ?? "", /^(>=\d+|\^\d+\.\d+\.\d+ \|\| >=\d+\.\d+\.\d+)$/)
      // There is no public repository yet: an address would be dead. docs/releases.md says what changes then.
      assert.deepStrictEqual([manifest.repository, manifest.homepage, manifest.bugs], [undefined, undefined, undefined])
    })

    it("packs the build, the sources, the documents and the licence", () => {
      const files = manifest.files ?? []
      assert.includeMembers([...files], ["dist", "src", "README.md", "AGENTS.md", "CHANGELOG.md", "LICENSE"])
      // `dist` is there after a build, the changelog after the first release.
      const missing = files.filter((file) =>
        !["dist", "CHANGELOG.md"].includes(file) && !existsSync(join(folder, file))
      )
      assert.deepStrictEqual(missing, [])
      assert.strictEqual(readFileSync(join(folder, "LICENSE"), "utf8"), readFileSync(join(root, "LICENSE"), "utf8"))
    })

    it("exports the index, each public module and nothing internal", () => {
      const modules = (pattern: string) => ({
        "@effect-mistral/source": `./src/${pattern}.ts`,
        types: `./dist/${pattern}.d.ts`,
        default: `./dist/${pattern}.js`
      })
      const { "./bin": bin = null, ...exports } = manifest.exports ?? {}
      assert.isNull(bin)
      assert.deepStrictEqual(exports, {
        "./package.json": "./package.json",
        ".": modules("index"),
        "./internal/*": null,
        "./index": null,
        "./*": modules("*")
      })
    })

    it("names every package that the sources import, and no other", () => {
      const files = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
        file.endsWith(".ts")
      )
      const imported = new Set(
        files.flatMap((file) => imports(readFileSync(join(folder, "src", file), "utf8")))
          .filter((module) => !module.startsWith(".") && !isBuiltin(module))
          .map(packageOf)
      )
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      assert.deepStrictEqual([...imported].sort(), declared.sort())
    })

    it("depends on Effect, on its own siblings, and where it is for Node.js on Effect's platform, alone", () => {
      const { dependencies, optionalDependencies, peerDependencies } = manifest
      assert.deepStrictEqual(Object.keys(dependencies ?? {}).filter((other) => !names.includes(other)), [])
      assert.isUndefined(optionalDependencies)
      assert.deepStrictEqual(
        Object.keys(peerDependencies ?? {}),
        nodePackages.includes(name) ? ["@effect/platform-node", "effect"] : ["effect"]
      )
    })

    it("has a peer of Effect that the repository's own version meets", () => {
      const { devDependencies } = readManifest(root)
      for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {})) {
        // The least version that the repository takes is the least that the package claims.
        assert.strictEqual(range.replace(/^[~^]/, ""), devDependencies?.[peer]?.replace(/^[~^]/, ""), peer)
      }
    })
  }
)
