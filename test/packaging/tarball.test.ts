/** The checks of what a packed package contains, on packages that are made for it. */
import { assert, describe, it } from "@effect/vitest"
import { tarballProblems } from "./tarball.ts"
import { sizeProblem } from "./tarballSizes.ts"

const manifest = {
  bin: { command: "./dist/bin.js" },
  exports: {
    "./package.json": "./package.json",
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./internal/*": null,
    "./*": { types: "./dist/*.d.ts", default: "./dist/*.js" }
  },
  files: ["dist", "src", "README.md"]
}

const built = (stem: string, code = ""): ReadonlyArray<readonly [string, string]> => [
  [`src/${stem}.ts`, code],
  ...[".js", ".d.ts"].flatMap((ending) =>
    [
      [`dist/${stem}${ending}`, code],
      [`dist/${stem}${ending}.map`, JSON.stringify({ sources: [`../src/${stem}.ts`] })]
    ] as const
  )
]

const good: ReadonlyMap<string, string> = new Map([
  ["package.json", JSON.stringify(manifest)],
  ["README.md", "A package"],
  ...built("index"),
  ...built("bin", "#!/usr/bin/env node\n")
])

const problems = (...changes: ReadonlyArray<readonly [path: string, content: string | undefined]>) => {
  const files = new Map(good)
  for (const [path, content] of changes) {
    if (content === undefined) files.delete(path)
    else files.set(path, content)
  }
  return tarballProblems(files, ["/home/someone"])
}

describe("the contents of a packed package", () => {
  it("are right with sources, their build, and what the manifest names", () => {
    assert.deepStrictEqual(problems(), [])
  })

  it("have no tests, no build state and no files that nobody named", () => {
    assert.deepStrictEqual(problems(["dist/tsconfig.tsbuildinfo", ""]), [
      "dist/tsconfig.tsbuildinfo is not a file that a build makes"
    ])
    assert.deepStrictEqual(problems(["notes.md", ""]), ["notes.md is not in `files`"])
    assert.include(problems(["src/test/index.ts", ""]), "src/test/index.ts belongs to the tests")
    assert.include(problems(["src/index.test.ts", ""]), "src/index.test.ts belongs to the tests")
  })

  it("have what the manifest names", () => {
    assert.deepStrictEqual(problems(["README.md", undefined]), ["README.md is in `files` and missing"])
    assert.include(problems(["dist/index.d.ts", undefined]), "./dist/index.d.ts is exported and missing")
    assert.include(problems(["dist/bin.js", undefined]), "./dist/bin.js is exported and missing")
    assert.deepStrictEqual(problems(["package.json", undefined]), ["package.json is missing"])
    assert.deepStrictEqual(problems(["dist/bin.js", "console.log()"]), [
      "./dist/bin.js is a command and does not start with #!/usr/bin/env node"
    ])
  })

  it("have source maps whose sources are in the package", () => {
    const map = (sources: ReadonlyArray<string>, sourceRoot = "") => JSON.stringify({ sources, sourceRoot })
    assert.deepStrictEqual(problems(["dist/index.js.map", map(["../../src/index.ts"])]), [
      "dist/index.js.map names the source ../../src/index.ts, which is not in the package"
    ])
    assert.deepStrictEqual(problems(["dist/index.js.map", map(["index.ts"], "../src")]), [])
    assert.deepStrictEqual(problems(["dist/index.js.map", map([])]), ["dist/index.js.map names no source"])
  })

  it("have each source built, and nothing left from an earlier build", () => {
    assert.deepStrictEqual(problems(["dist/index.js.map", undefined]), ["src/index.ts has no dist/index.js.map"])
    assert.deepStrictEqual(problems(["dist/Old.js", ""]), ["dist/Old.js has no src/Old.ts"])
  })

  it("name no folder of the machine that packed them", () => {
    assert.deepStrictEqual(problems(["README.md", "see /home/someone/project"]), ["README.md names /home/someone"])
  })
})

describe("the size of a packed package", () => {
  it("is refused above its budget, and without one", () => {
    assert.deepStrictEqual(sizeProblem("chat", 10_000), [])
    assert.deepStrictEqual(sizeProblem("chat", 10_100), ["10.1 kB packed, which is more than 10 kB"])
    assert.match(sizeProblem("other", 1)[0] ?? "", /no budget for other/)
  })
})
