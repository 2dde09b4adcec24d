/** The manifests (`package.json`) of the published packages. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** Names of packages with the versions that are allowed of each. */
export type Ranges = Readonly<Record<string, string>>

/** What this repository's checks read of a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly description?: string
  readonly keywords?: ReadonlyArray<string>
  readonly license?: string
  readonly type?: string
  readonly sideEffects?: boolean
  readonly files?: ReadonlyArray<string>
  readonly bin?: Ranges
  readonly exports?: Readonly<Record<string, unknown>>
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly repository?: unknown
  readonly homepage?: unknown
  readonly bugs?: unknown
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
  readonly optionalDependencies?: Ranges
  readonly peerDependencies?: Ranges
  readonly engines?: Ranges
  readonly scripts?: Ranges
}

/** A published package: its folder and its manifest. */
export interface Published {
  readonly folder: string
  readonly manifest: Manifest
}

/** Reads the `package.json` of a folder. */
export const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

/** The published packages of a repository, each after the packages that it depends on, as they must be published. */
export const publishedPackages = (root: string): ReadonlyArray<Published> =>
  inOrder(
    readdirSync(join(root, "packages")).sort().map((name): Published => {
      const folder = join(root, "packages", name)
      return { folder, manifest: readManifest(folder) }
    })
  )

/** Sorts packages so that each one comes after its dependencies. Throws if they depend on each other in a circle. */
export const inOrder = (packages: ReadonlyArray<Published>): ReadonlyArray<Published> => {
  const sorted: Array<Published> = []
  let left = packages
  while (left.length > 0) {
    const names = new Set(left.map(({ manifest }) => manifest.name))
    const ready = left.filter(({ manifest }) =>
      !Object.keys(manifest.dependencies ?? {}).some((name) => names.has(name))
    )
    if (ready.length === 0) throw new Error(`these packages depend on each other: ${[...names].join(", ")}`)
    sorted.push(...ready)
    left = left.filter((published) => !ready.includes(published))
  }
  return sorted
}
