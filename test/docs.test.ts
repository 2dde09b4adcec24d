/**
 * The examples in the READMEs and AGENTS.md files, in the pages of `docs` and in doc comments: each is type-checked, and run against the emulator.
 * Those that are tests are run by Vitest.
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
      const names = write().filter((name) => !isTest(name))
      assert.isAbove(names.length, 8)
      // Programs that end their process run alone. All others share a few: to load the packages takes most of the time.
      const endsProcess = (name: string) => readFileSync(join(out, name), "utf8").includes("runMain")
      const shared = names.filter((name) => !endsProcess(name))
      const groups = [
        ...Array.from({ length: 3 }, (_, group) => shared.filter((_, index) => index % 3 === group)),
        ...names.filter(endsProcess).map((name) => [name])
      ]
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
              timeout: 200_000
            }
          ).then(
            () => group.map((name) => `${name}: ran`),
            // Of a program that does not end, nothing is known but its name, which is the last that was written.
            ({ signal, stderr, stdout }) => [stderr || `${stdout.match(/^runs .*$/gm)?.at(-1)}: ended by ${signal}`]
          )
        ), { concurrency: 2 })
      assert.deepStrictEqual(outputs.flat(), groups.flat().map((name) => `${name}: ran`))
    }).pipe(Effect.provide(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity }))), 300_000)

  it.live("that are tests pass", () =>
    Effect.gen(function*() {
      const names = write().filter(isTest)
      assert.isAbove(names.length, 3)
      const { adminKey, apiKey, url } = yield* Emulator.Emulator
      writeFileSync(
        join(out, "vitest.config.ts"),
        `import { resolve, ssr } from "../../vitest.workspace.ts"\n` +
          `export default { resolve, ssr, test: { include: ["*.vitest.ts"], isolate: false, testTimeout: 60_000 } }\n`
      )
      const { failed, output } = yield* Effect.promise(() =>
        run(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--root", out], {
          cwd: out,
          env: {
            ...process.env,
            MISTRAL_BASE_URL: url,
            MISTRAL_API_KEY: Redacted.value(apiKey),
            EMULATOR_ADMIN_KEY: Redacted.value(adminKey)
          },
          timeout: 200_000
        }).then(
          ({ stdout }) => ({ failed: false, output: stdout }),
          (error) => ({ failed: true, output: String(error) })
        )
      )
      assert.isFalse(failed, output)
    }).pipe(Effect.provide(Emulator.layer({ strict: true, timeToFirstToken: 0, tokensPerSecond: Infinity }))), 240_000)
})

/** Whether an example is a test. The name keeps it out of the tests of the repository. */
const isTest = (name: string): boolean => name.endsWith(".vitest.ts")

/** Runs the programs that it is given, one after the other. */
const runner = `
for (const name of process.argv.slice(1)) {
  console.log("runs", name)
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
      const kind = match[1]?.includes("\"@effect/vitest\"") === true ? ".vitest.ts" : ".ts"
      const name = `${relative(root, file).replaceAll(/[^\w]+/g, "_")}_${index + 1}${kind}`
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
        .filter((file) => /^(README|AGENTS)\.md$/.test(file) || /^src\/.*\.ts$/.test(file))
        .map((file) => join(folder, file))
    )
  ]
}
