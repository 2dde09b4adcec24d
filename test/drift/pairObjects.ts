/** Which objects of two unions belong together. */
import { joinObjects, type Kind } from "./shape.ts"

/** The objects that belong together, and those of either side that have no match. */
export interface Pairs {
  readonly pairs: ReadonlyArray<readonly [Kind, Kind]>
  readonly left: ReadonlyArray<Kind>
  readonly right: ReadonlyArray<Kind>
}

/**
 * Finds the objects that belong together: by their tags, or else those that have the most keys in common. Where several
 * objects of one side belong to one of the other, they are compared as one with the keys of all.
 */
export const pairObjects = (theirs: ReadonlyArray<Kind>, ours: ReadonlyArray<Kind>): Pairs => {
  if (theirs.length === 0 || ours.length === 0) return { pairs: [], left: theirs, right: ours }
  const single = ours.length === 1 && ours[0]?.tags === undefined
  if (single || (theirs.length === 1 && ours.length === 1)) {
    return { pairs: [[joinObjects(theirs), ours[0]!]], left: [], right: [] }
  }
  const byTags = pairByTags(theirs, ours)
  const pairs = byTags.map(({ left, right }) => [joinObjects(left), joinObjects(right)] as const)
  const right = new Set(ours.filter((here) => !byTags.some((pair) => pair.right.includes(here))))
  const left = theirs.filter((there) => !byTags.some((pair) => pair.left.includes(there))).filter((there) => {
    const found = closest(there, [...right].filter((here) => here.tags === undefined || there.tags === undefined))
    if (found === undefined) return true
    pairs.push([there, found])
    return !right.delete(found)
  })
  return { pairs, left, right: [...right] }
}

interface Group {
  readonly left: ReadonlyArray<Kind>
  readonly right: ReadonlyArray<Kind>
}

/** The objects of both sides that have a tag in common, directly or through others. */
const pairByTags = (theirs: ReadonlyArray<Kind>, ours: ReadonlyArray<Kind>): ReadonlyArray<Group> => {
  let groups: ReadonlyArray<Group> = []
  for (const here of ours) {
    const left = theirs.filter((there) => there.tags?.some((tag) => here.tags?.includes(tag)) === true)
    if (left.length === 0) continue
    const others = groups.filter((group) => group.left.some((there) => left.includes(there)))
    groups = [
      ...groups.filter((group) => !others.includes(group)),
      {
        left: [...new Set([...others.flatMap((group) => group.left), ...left])],
        right: [...others.flatMap((group) => group.right), here]
      }
    ]
  }
  return groups
}

/** The object with the most keys in common, if those are half of all. */
const closest = (there: Kind, candidates: ReadonlyArray<Kind>): Kind | undefined =>
  candidates.map((here) => [likeness(there, here), here] as const)
    .filter(([share]) => share >= 0.5)
    .sort(([one], [other]) => other - one)[0]?.[1]

/** The share of the keys of two objects that both have. */
const likeness = (one: Kind, other: Kind): number => {
  const all = new Set([...one.keys.keys(), ...other.keys.keys()])
  return all.size === 0 ? 1 : [...all].filter((name) => one.keys.has(name) && other.keys.has(name)).length / all.size
}
