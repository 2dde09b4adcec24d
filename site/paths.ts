/** The folders of the site, and the address that each file of the repository has in it. */
import { dirname, join, posix } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the site's sources. */
export const site = dirname(fileURLToPath(import.meta.url))

/** The folder of the repository. */
export const root = dirname(site)

/** All that a build writes, but for the site itself. */
export const work = join(site, ".pages")

/** The Markdown that VitePress reads: written anew by each build. */
export const content = join(work, "content")

/** The site that a build makes. */
export const dist = join(site, "dist")

/** The documents outside `docs` and `packages`, and the page of each. */
const documents: Readonly<Record<string, string>> = {
  "README.md": "index",
  "CONTRIBUTING.md": "contributing",
  "SECURITY.md": "security",
  "bench/README.md": "benchmarks/method",
  "bench/RESULTS.md": "benchmarks/results"
}

/**
 * The page of a Markdown file of the repository, without the extension, or `undefined` for a file that is not a page of its
 * own and is shown as source code.
 */
export const pageOf = (file: string): string | undefined => {
  const document = documents[file]
  if (document !== undefined) return document
  const doc = /^docs\/(.+)\.md$/.exec(file)
  if (doc !== null) return doc[1]
  const [, name, kind] = /^packages\/([^/]+)\/(README|AGENTS)\.md$/.exec(file) ?? []
  if (name === undefined) return undefined
  return kind === "README" ? `packages/${name}` : `packages/${name}-agents`
}

/** The page that shows a file or a folder of the repository as source code. */
export const sourcePageOf = (path: string): string => posix.join("source", path === "" ? "repository" : path)

/** The address of a page. */
export const addressOf = (page: string): string => page === "index" ? "/" : `/${page}.html`
