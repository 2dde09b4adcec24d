/**
 * Tries the packed packages with the versions of Effect that their peers claim: the oldest, and the newest that npm has. In
 * a project outside the repository, a program of each package is type-checked, with the declarations of all packages, and
 * run against an emulator. Further versions can be named; with one that the peers exclude, failures are only printed.
 *
 * Run: npm run test:effect [-- VERSION...]
 */
import { Emulator } from "@effect-mistral/emulator"
import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { packPackages, root, run } from "../packedPackages.ts"
import { type Consumer, consumers } from "./consumers.ts"
import { allows, closure, effectPeer, platformFor, versionsToTry } from "./effectPeers.ts"
import { publishedPackages, readManifest } from "./manifests.ts"

const execute = promisify(execFile)

interface Server {
  readonly url: string
  readonly apiKey: string
}

/** The versions of a package that npm has and a range allows, from the oldest. */
const versionsOf = (name: string, range: string): ReadonlyArray<string> => {
  const output = run(root, "npm", "view", `${name}@${range}`, "version", "--json")
  const found: string | ReadonlyArray<string> = JSON.parse(output)
  return typeof found === "string" ? [found] : found
}

const packages = publishedPackages(root).map(({ manifest }) => manifest)
const published = versionsOf("effect", "^4.0.0")
const platforms = versionsOf("@effect/platform-node", "^4.0.0")

/** What a command printed, or the reason why it failed. */
const outcome = (
  file: string,
  args: ReadonlyArray<string>,
  cwd: string
): Promise<{ readonly ok: boolean; readonly text: string }> =>
  execute(file, args, { cwd, timeout: 120_000 }).then(
    ({ stdout }) => ({ ok: true, text: stdout.trim() }),
    (error) => ({ ok: false, text: `${error.stdout}${error.stderr}`.trim() })
  )

/** Installs the packed packages with a version of Effect. `force` installs them although their peers exclude it. */
const install = (project: string, tarballs: ReadonlyArray<string>, version: string, force: boolean): void => {
  mkdirSync(project)
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  run(
    project,
    "npm",
    "install",
    "--silent",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    ...force ? ["--legacy-peer-deps"] : [],
    ...tarballs,
    `effect@${version}`,
    `@effect/platform-node@${platformFor(version, platforms)}`,
    `@types/node@${readManifest(root).devDependencies?.["@types/node"] ?? "latest"}`
  )
  const installed = readManifest(join(project, "node_modules/effect")).version
  if (installed !== version) throw new Error(`effect ${version} was asked for, and npm installed ${installed}`)
  cpSync(join(import.meta.dirname, "consumers"), join(project, "consumers"), { recursive: true })
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        module: "NodeNext",
        target: "ES2023",
        lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        allowImportingTsExtensions: true,
        noEmit: true
      },
      include: ["consumers"]
    })
  )
}

/** The errors of the compiler by the file that they are in. */
const typeErrors = async (project: string): Promise<ReadonlyMap<string, ReadonlyArray<string>>> => {
  const { ok, text } = await outcome(join(root, "node_modules/.bin/tsc"), ["--pretty", "false"], project)
  const errors = new Map<string, Array<string>>()
  if (ok) return errors
  for (const line of text.split("\n")) {
    const file = /^(\S+?)\(\d+,\d+\): error/.exec(line)?.[1]
    if (file !== undefined) errors.set(file, [...errors.get(file) ?? [], line])
  }
  if (errors.size === 0) throw new Error(`the compiler failed: ${text}`)
  return errors
}

/** What is wrong with a package: errors of types in its program or its declarations, and a program that fails. */
const problemsOf = async (
  { name, prints }: Consumer,
  project: string,
  errors: ReadonlyMap<string, ReadonlyArray<string>>,
  server: Server
): Promise<ReadonlyArray<string>> => {
  const own = [`consumers/${name}.ts`, `node_modules/@effect-mistral/${name}/`]
  const wrong = [...errors].filter(([file]) => own.some((start) => file.startsWith(start))).flatMap(([, lines]) =>
    lines
  )
  const { ok, text } = await outcome(process.execPath, [`consumers/${name}.ts`, server.url, server.apiKey], project)
  if (!ok) return [...wrong, `the program fails: ${text}`]
  // A busy machine makes Effect warn of slow runners: the result is the last line.
  return text.split("\n").at(-1) === prints ? wrong : [...wrong, `the program prints ${text} in place of ${prints}`]
}

/** Tries a version of Effect. Returns the number of packages that claim it and do not work with it. */
const tryVersion = async (version: string, folder: string, tarballs: string, server: Server): Promise<number> => {
  const claims = (name: string) => packages.some((one) => one.name === name && allows(effectPeer(one), version))
  const named = (name: string) => `@effect-mistral/${name}`
  const claimed = consumers.filter(({ name, needs }) => [name, ...needs].every((one) => claims(named(one))))
  // A version that no package claims is tried with all of them.
  const tried = claimed.length > 0 ? claimed : consumers
  const installed = new Set(
    tried.flatMap(({ name, needs }) => [name, ...needs].flatMap((one) => closure(named(one), packages)))
  )
  const files = [...installed].map(({ name, version }) =>
    join(tarballs, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)
  )
  const project = join(folder, version)
  install(project, files, version, claimed.length === 0)
  // Programs of packages that are not installed are not there.
  for (const { name } of consumers) {
    if (!tried.some((one) => one.name === name)) rmSync(join(project, "consumers", `${name}.ts`))
  }
  const errors = await typeErrors(project)
  let failed = 0
  for (const consumer of consumers) {
    const title = `effect ${version}, ${consumer.name}`
    if (!tried.includes(consumer)) {
      console.log(`${title}: not tried, its peers exclude it`)
      continue
    }
    const problems = await problemsOf(consumer, project, errors, server)
    console.log(`${title}: ${problems.length === 0 ? "type-checks and runs" : problems.join("\n").slice(0, 1500)}`)
    if (problems.length > 0) failed++
  }
  const elsewhere = [...errors.keys()].filter((file) => !/^(consumers|node_modules\/@effect-mistral)\//.test(file))
  if (elsewhere.length > 0) console.log(`effect ${version}: type errors in ${elsewhere.join(", ")}`)
  return claimed.length === 0 ? 0 : failed + elsewhere.length
}

const main = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mistral-effect-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const tarballs = join(folder, "tarballs")
  packPackages(tarballs)
  const { apiKey, url } = yield* Emulator.Emulator
  const server = { url, apiKey: Redacted.value(apiKey) }
  const claimed = versionsToTry(packages, published)
  console.log(
    `The newest version of Effect 4 on npm is ${published.at(-1)}. The peers claim, and are tried with: ${
      claimed.join(", ")
    }`
  )
  let failed = 0
  for (const version of new Set([...claimed, ...process.argv.slice(2)])) {
    failed += yield* Effect.promise(() => tryVersion(version, folder, tarballs, server))
  }
  console.log(failed === 0 ? "Every package works with the versions that its peers claim." : `${failed} failures`)
  return failed === 0
}).pipe(
  Effect.scoped,
  Effect.provide(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, demoEvents: 10 }))
)

process.exitCode = await Effect.runPromise(main) ? 0 : 1
