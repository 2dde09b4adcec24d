/** What the search finds. */

/**
 * What a page is: a guide to a topic; an overview, which names everything; the details of the emulator; the page of a package;
 * a document about the project; a decision; a module of the API reference.
 */
export type Kind = "guide" | "overview" | "emulator" | "package" | "project" | "decision" | "api"

/** A section of a page. */
export interface Section {
  readonly address: string
  /** The title of the page. */
  readonly page: string
  /** The other name of the page, which the sidebar has. */
  readonly alias: string
  readonly kind: Kind
  /** The heading, or nothing for the beginning of the page. */
  readonly heading: string
  /** The headings above it, without the title of the page. */
  readonly parents: string
  readonly text: string
  /** The names in its programs. */
  readonly code: string
}
