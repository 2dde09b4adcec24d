/** Which versions of Effect the peers of the packages claim, and which of them are tried. */
import { SemVer, SemVerRange } from "effect"
import type { Manifest } from "./manifests.ts"

/** Whether a range allows a version. */
export const allows = (range: string, version: string): boolean =>
  SemVerRange.matches(SemVerRange.parseUnsafe(range), SemVer.parseUnsafe(version))

/** Sorts versions from the oldest to the newest. */
export const sortVersions = (versions: ReadonlyArray<string>): ReadonlyArray<string> =>
  versions.map((version) => SemVer.parseUnsafe(version)).sort(SemVer.Order).map((version) => SemVer.format(version))

/** The peer of Effect that a package claims. Throws if it has none. */
export const effectPeer = ({ name, peerDependencies }: Manifest): string => {
  const range = peerDependencies?.["effect"]
  if (range === undefined) throw new Error(`${name} has no peer of effect`)
  return range
}

/** Of the published versions of Effect, the oldest and the newest that each package claims. */
export const versionsToTry = (
  packages: ReadonlyArray<Manifest>,
  published: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const tried = new Set<string>()
  for (const manifest of packages) {
    const range = effectPeer(manifest)
    const claimed = sortVersions(published.filter((version) => allows(range, version)))
    const [oldest] = claimed
    const newest = claimed.at(-1)
    const base = range.replace(/^[~^]/, "")
    if (oldest === undefined || newest === undefined) {
      throw new Error(`no published version is in ${manifest.name}'s ${range}`)
    }
    if (oldest !== base) throw new Error(`${manifest.name} claims effect ${range}, and ${base} is not published`)
    tried.add(oldest).add(newest)
  }
  return sortVersions([...tried])
}

/** A package and the packages of the repository that it depends on, directly or not. */
export const closure = (name: string, packages: ReadonlyArray<Manifest>): ReadonlyArray<Manifest> => {
  const found = packages.find((manifest) => manifest.name === name)
  if (found === undefined) return []
  const others = Object.keys(found.dependencies ?? {}).flatMap((other) => closure(other, packages))
  return [...new Set([found, ...others])]
}

/** The newest version of `@effect/platform-node` that is not newer than Effect. Not every version of Effect has its own. */
export const platformFor = (version: string, published: ReadonlyArray<string>): string => {
  const found = sortVersions(published).filter((one) =>
    SemVer.isLessThanOrEqualTo(SemVer.parseUnsafe(one), SemVer.parseUnsafe(version))
  ).at(-1)
  if (found === undefined) throw new Error(`no version of @effect/platform-node is as old as effect ${version}`)
  return found
}

/**
 * Peers that promise more than the packages beneath them: for each, a sentence. Who installs a package gets its dependencies,
 * whose peers apply as well.
 */
export const tooWide = (packages: ReadonlyArray<Manifest>, published: ReadonlyArray<string>): ReadonlyArray<string> =>
  packages.flatMap((manifest) =>
    closure(manifest.name, packages).slice(1).flatMap((dependency) =>
      published
        .filter((version) => allows(effectPeer(manifest), version) && !allows(effectPeer(dependency), version))
        .map((version) => `${manifest.name} allows effect ${version}, which ${dependency.name} does not`)
    )
  )
