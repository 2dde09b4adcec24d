/**
 * Builds the site of the documentation into `site/dist`: `npm run docs`.
 *
 * `npm run docs -- --force` builds it even where nothing has changed since the last build.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "vitepress"
import { checkSite } from "./check.ts"
import { navigationProblems, writePages } from "./content/pages.ts"
import { inputs } from "./inputs.ts"
import { dist, site } from "./paths.ts"

const stamp = join(dist, ".inputs")

/** Builds the site, and gives one sentence about it. */
const run = async (isForced: boolean): Promise<string> => {
  const before = inputs()
  if (!isForced && existsSync(stamp) && readFileSync(stamp, "utf8") === before) {
    return "The site is up to date: site/dist"
  }
  const started = performance.now()
  const problems = navigationProblems()
  if (problems.length > 0) throw new Error(`site/navigation.ts: ${problems.join("; ")}`)
  const pages = await writePages()
  const written = performance.now()
  await build(site)
  const { links } = checkSite()
  writeFileSync(stamp, before)
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
  return `${pages} pages, ${links} links: site/dist, in ${seconds(started, performance.now())} s ` +
    `(${seconds(started, written)} s for their Markdown)`
}

try {
  console.log(await run(process.argv.includes("--force")))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
