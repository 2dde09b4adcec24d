/** Checks the files of the built site: every link leads to a page and a place of it, and nothing comes from elsewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { dist } from "./paths.ts"

/** The pages of the site: HTML files by their address. */
const pages = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"))
      .map((file) => [`/${file}`, readFileSync(join(dist, file), "utf8")])
  )

const decode = (text: string) =>
  text.replaceAll("&quot;", "\"").replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")

const all = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, value = ""]) => decode(value))

/** A resource that a page of the site would load from another place. */
export const foreignResources = (html: string): ReadonlyArray<string> =>
  all(html, /<(?:script|img|link|iframe|source|video|audio)\b[^>]*?\b(?:src|href)="((?:https?:)?\/\/[^"]*)"/g)

/** The number of links of some pages, and what is wrong with them. `exists` says whether the site has a file of another kind. */
export const problemsOf = (
  html: ReadonlyMap<string, string>,
  exists: (path: string) => boolean
): { readonly links: number; readonly problems: ReadonlyArray<string> } => {
  const anchors = new Map([...html].map(([address, text]) => [address, new Set(all(text, /\sid="([^"]+)"/g))]))
  const problems = new Set<string>()
  let links = 0
  for (const [address, text] of html) {
    for (const resource of foreignResources(text)) problems.add(`${address} loads ${resource}`)
    for (const href of all(text, /<a\b[^>]*?\bhref="([^"]+)"/g)) {
      if (/^[a-z][a-z+.-]*:/i.test(href)) continue
      links++
      const [path = "", hash] = href.split("#")
      const target = path === "" ? address : posix.resolve(posix.dirname(address), path)
      const page = path.endsWith("/") ? posix.join(target, "index.html") : target
      const places = anchors.get(page)
      if (places === undefined) {
        if (!exists(page)) problems.add(`${address} links to ${href}, which does not exist`)
      } else if (hash !== undefined && hash !== "" && !places.has(decodeURIComponent(hash))) {
        problems.add(`${address} links to ${href}, but that page has no such heading`)
      }
    }
  }
  return { links, problems: [...problems] }
}

/** Checks the built site. Gives the number of links, or fails with what is wrong. */
export const checkSite = (): { readonly links: number } => {
  const { links, problems } = problemsOf(pages(), (path) => existsSync(join(dist, path)))
  if (problems.length > 0) throw new Error([...problems.slice(0, 50), `${problems.length} problems`].join("\n"))
  return { links }
}
