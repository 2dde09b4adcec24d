/**
 * The examples in the READMEs, in the pages of `docs` and in doc comments: each is type-checked, and run against the emulator.
 */
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(root, "test", ".docs")
const run = promisify(execFile)

describe("examples in the documentation", () => {
  it("type-check", async () => {
    write()
    // A project of its own: TypeScript leaves folders with a dot out of those of other projects.
    writeFileSync(
      join(out, "tsconfig.json"),
      JSON.stringify({
        extends: "../../tsconfig.checks.json",
        compilerOptions: { noUnusedLocals: false },
        include: ["*.ts"]
      })
    )
    const { stdout } = await run("tsc", ["-p", out], { cwd: root }).catch((error) => error)
    assert.strictEqual(stdout, "")
  }, 180_000)

  it.live("run against the emulator", () =>
    Effect.gen(function*() {
      const names = write()
      assert.isAbove(names.length, 8)
      // Programs that end their process run alone. All others share one: to load the packages takes most of the time.
      const endsProcess = (name: string) => readFileSync(join(out, name), "utf8").includes("runMain")
      const groups = [names.filter((name) => !endsProcess(name)), ...names.filter(endsProcess).map((name) => [name])]
      const emulator = yield* Emulator.Emulator
      const outputs = yield* Effect.forEach(groups, (group) =>
        Effect.promise(() =>
          run(
            process.execPath,
            ["--conditions=@effect-mistral/source", "--input-type=module", "-e", runner, ...group],
            {
              cwd: out,
              env: {
                ...process.env,
                MISTRAL_API_KEY: Redacted.value(emulator.apiKey),
                MISTRAL_BASE_URL: emulator.url
              },
              timeout: 120_000
            }
          ).then(() => group.map((name) => `${name}: ran`), (error) => [error.stderr || String(error)])
        ), { concurrency: 2 })
      assert.deepStrictEqual(outputs.flat(), groups.flat().map((name) => `${name}: ran`))
    }).pipe(Effect.provide(Emulator.layer())), 240_000)
})

/** Runs the programs that it is given, one after the other. */
const runner = `
for (const name of process.argv.slice(1)) {
  try {
    await import(process.cwd() + "/" + name)
  } catch (error) {
    console.error(name, error)
    process.exit(1)
  }
}
// A program that has started something may leave it open.
if (process.argv.length > 2) process.exit(0)
`

/** Writes every example to a file of its own, named after its place in the documents, and gives the names. */
const write = (): ReadonlyArray<string> => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const names: Array<string> = []
  for (const file of sources()) {
    const text = readFileSync(file, "utf8")
    const markdown = file.endsWith(".md") ? text : [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)]
      .map(([comment]) => comment.replaceAll(/^ *\* ?/gm, ""))
      .join("\n")
    for (const [index, match] of [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].entries()) {
      const name = `${relative(root, file).replaceAll(/[^\w]+/g, "_")}_${index + 1}.ts`
      writeFileSync(join(out, name), `${match[1]}\nexport {}\n`)
      names.push(name)
    }
  }
  return names
}

const sources = (): ReadonlyArray<string> => {
  const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name))
  return [
    join(root, "README.md"),
    ...readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md")).map((file) => join(root, "docs", file)),
    ...packages.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => /^README\.md$/.test(file) || /^src\/.*\.ts$/.test(file))
        .map((file) => join(folder, file))
    )
  ]
}
