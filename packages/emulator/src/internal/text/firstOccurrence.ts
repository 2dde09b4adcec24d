/** A place in the tree of the texts: where each next character leads, and the longest text that ends here. */
interface Node {
  readonly next: Map<string, Node>
  /** The place for the longest end of this one that also begins a text. */
  fallback: Node | undefined
  /** The length of the longest text that ends here, 0 if none does. */
  length: number
}

const node = (): Node => ({ next: new Map(), fallback: undefined, length: 0 })

/** The tree of Aho and Corasick: it finds many texts in one pass over another. */
const treeOf = (texts: ReadonlyArray<string>): Node => {
  const root = node()
  for (const text of texts) {
    let at = root
    for (let unit = 0; unit < text.length; unit++) {
      const character = text.charAt(unit)
      const inner = at.next.get(character) ?? node()
      at.next.set(character, inner)
      at = inner
    }
    at.length = text.length
  }
  let level = [root]
  while (level.length > 0) {
    const below: Array<Node> = []
    for (const one of level) {
      for (const [character, inner] of one.next) {
        inner.fallback = one === root ? root : follow(one.fallback ?? root, character, root)
        inner.length = Math.max(inner.length, inner.fallback.length)
        below.push(inner)
      }
    }
    level = below
  }
  return root
}

const follow = (from: Node, character: string, root: Node): Node => {
  let at: Node | undefined = from
  while (at !== undefined) {
    const inner = at.next.get(character)
    if (inner !== undefined) return inner
    at = at.fallback
  }
  return root
}

/**
 * The place where the first of some texts begins in another, from a place on; `undefined` if there is none. It takes time in
 * proportion to the lengths of all texts, however often they almost occur. Empty texts occur nowhere.
 */
export const firstOccurrence = (text: string, texts: ReadonlyArray<string>, from: number): number | undefined => {
  const longest = texts.reduce((most, one) => Math.max(most, one.length), 0)
  if (longest === 0) return undefined
  const root = treeOf(texts.filter((one) => one !== ""))
  let first: number | undefined
  let at = root
  for (let unit = from; unit < text.length; unit++) {
    // No text that begins earlier can end here.
    if (first !== undefined && unit - longest + 1 >= first) break
    at = follow(at, text.charAt(unit), root)
    const begin = unit - at.length + 1
    if (at.length > 0 && (first === undefined || begin < first)) first = begin
  }
  return first
}
