/** What the search finds. */

/** What a page is about: the search prefers guides to packages, and both to the rest. */
export type Kind = "guide" | "package" | "project" | "decision" | "api"

/** A section of a page. */
export interface Section {
  readonly address: string
  /** The title of the page. */
  readonly page: string
  readonly kind: Kind
  /** The heading, or nothing for the beginning of the page. */
  readonly heading: string
  /** The headings above it, without the title of the page. */
  readonly parents: string
  readonly text: string
  /** The names in its programs. */
  readonly code: string
}
