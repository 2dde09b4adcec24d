/** The anchors of headings: as GitHub makes them, so that one link works on both. */

/** The anchor of a heading. */
export const slugify = (heading: string): string =>
  heading.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-")

/** Gives the anchors of one page, one heading after the other: an anchor that was given before gets a number. */
export const slugger = (): (heading: string) => string => {
  const given = new Set<string>()
  return (heading) => {
    const slug = slugify(heading)
    let unique = slug
    for (let count = 1; given.has(unique); count++) unique = `${slug}-${count}`
    given.add(unique)
    return unique
  }
}
