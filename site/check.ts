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

/** Checks the built site. Gives the number of links, or fails with all problems. */
export const checkSite = (): { readonly links: number } => {
  const html = pages()
  const anchors = new Map([...html].map(([address, text]) => [address, new Set(all(text, /\sid="([^"]+)"/g))]))
  const problems: Array<string> = []
  let links = 0
  for (const [address, text] of html) {
    for (const resource of foreignResources(text)) problems.push(`${address} loads ${resource}`)
    for (const href of all(text, /<a\b[^>]*?\bhref="([^"]+)"/g)) {
      if (/^[a-z][a-z+.-]*:/i.test(href)) continue
      links++
      const [path = "", hash] = href.split("#")
      const target = path === "" ? address : posix.resolve(posix.dirname(address), path)
      const page = path.endsWith("/") || target === "/" ? posix.join(target, "index.html") : target
      const places = anchors.get(page)
      if (places === undefined) {
        if (!existsSync(join(dist, page))) problems.push(`${address} links to ${href}, which does not exist`)
      } else if (hash !== undefined && hash !== "" && !places.has(decodeURIComponent(hash))) {
        problems.push(`${address} links to ${href}, but that page has no such heading`)
      }
    }
  }
  if (problems.length > 0) {
    throw new Error([...new Set(problems)].slice(0, 50).join("\n") + `\n${new Set(problems).size} problems`)
  }
  return { links }
}
