/**
 * Does everything that a release does, but the upload: on a copy of the last commit, makes versions and changelogs of the
 * changesets, builds, checks the packages with publint and attw, installs them outside and runs a program, checks the
 * licences and the contents of the tarballs, and lets npm publish each package as a trial, in the order of dependencies.
 *
 * Run: npm run release:dry
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { basename, join, relative } from "node:path"
import { root, run } from "../packedPackages.ts"
import { type Published, publishedPackages } from "./manifests.ts"
import { tarballProblems } from "./tarball.ts"
import { sizeProblem } from "./tarballSizes.ts"
import { makeVersions } from "./version.ts"

/** Clones the last commit. The installed dependencies are linked, the packages are the copy's own. */
const copyRepository = (folder: string): void => {
  run(root, "git", "clone", "--quiet", "--no-hardlinks", root, folder)
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, "@effect-mistral"), { recursive: true })
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "@effect-mistral") symlinkSync(join(root, "node_modules", name), join(modules, name))
  }
  for (const name of readdirSync(join(folder, "packages"))) {
    symlinkSync(join(folder, "packages", name), join(modules, "@effect-mistral", name))
  }
  for (const workspace of ["test", "bench"]) {
    const nested = join(root, workspace, "node_modules")
    if (readdirSync(join(root, workspace)).includes("node_modules")) {
      symlinkSync(nested, join(folder, workspace, "node_modules"))
    }
  }
}

/** Runs a script of the copy and lets it print. */
const runScript = (copy: string, ...args: ReadonlyArray<string>): void => {
  execFileSync(process.execPath, args, { cwd: copy, stdio: "inherit" })
}

const changesets = (copy: string): ReadonlyArray<string> =>
  readdirSync(join(copy, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md")

/** The files of a tarball. */
const unpack = (tarball: string, folder: string): ReadonlyMap<string, string> => {
  mkdirSync(folder, { recursive: true })
  run(folder, "tar", "-xzf", tarball)
  const inside = join(folder, "package")
  return new Map(
    readdirSync(inside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(inside, path), readFileSync(path, "utf8")]
    })
  )
}

/** Checks one packed package and prints its size. Returns what is wrong. */
const checkTarball = (project: string, { folder, manifest }: Published, tarball: string): ReadonlyArray<string> => {
  const files = unpack(tarball, join(project, "unpacked", basename(folder)))
  const packed = statSync(tarball).size
  const unpacked = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0)
  console.log(
    `${manifest.name} ${manifest.version}: ${files.size} files, ${kB(packed)} packed, ${kB(unpacked)} unpacked`
  )
  const privatePaths = [root, realpathSync(project), homedir()].filter((path) => path.length > 1)
  const problems = [...tarballProblems(files, privatePaths), ...sizeProblem(basename(folder), packed)]
  return problems.map((problem) => `${manifest.name}: ${problem}`)
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

/** Lets npm do all of a publication but the upload. */
const publishTrial = (project: string, { manifest }: Published, tarball: string): void => {
  const output = run(project, "npm", "publish", tarball, "--dry-run", "--json", "--loglevel=error")
  const found = output.includes(`"${manifest.name}@${manifest.version}"`)
  if (!found) throw new Error(`npm publish --dry-run did not name ${manifest.name}@${manifest.version}: ${output}`)
  console.log(`npm publish --dry-run: ${manifest.name}@${manifest.version}`)
}

const main = (project: string): ReadonlyArray<string> => {
  const copy = join(project, "copy")
  copyRepository(copy)

  const pending = changesets(copy)
  const before = publishedPackages(copy)[0]?.manifest.version
  if (pending.length === 0) console.log(`no changesets: the packages stay at ${before}`)
  else console.log(`${pending.length} changesets: from ${before} to ${makeVersions(copy)}`)
  if (changesets(copy).length > 0) return ["changesets are left after the versions were made"]

  const tarballs = join(project, "tarballs")
  runScript(copy, "test/pack.ts", tarballs)
  runScript(copy, "test/packaging/licences.ts")

  const packages = publishedPackages(copy)
  const tarballOf = ({ manifest }: Published) =>
    join(tarballs, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`)
  const problems = packages.flatMap((published) => checkTarball(project, published, tarballOf(published)))
  if (problems.length === 0) {
    for (const published of packages) {
      publishTrial(project, published, tarballOf(published))
    }
  }
  return problems
}

if (run(root, "git", "status", "--porcelain") !== "") {
  console.error("A release is made from a commit: commit or remove the changes that `git status` shows.")
  process.exitCode = 1
} else {
  const project = mkdtempSync(join(tmpdir(), "effect-mistral-release-"))
  try {
    const problems = main(project)
    for (const problem of problems) console.error(problem)
    if (problems.length > 0) process.exitCode = 1
    else {
      console.log(
        "Provenance is not tried: npm makes it in a CI of a public repository only. docs/releases.md says how."
      )
      console.log("Everything but the upload has been done.")
    }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
