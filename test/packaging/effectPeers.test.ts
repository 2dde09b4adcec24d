/** The versions of Effect that the peers of the packages claim. */
import { assert, describe, it } from "@effect/vitest"
import { unstableParts } from "../../importRules.ts"
import { root } from "../packedPackages.ts"
import { closure, effectPeer, platformFor, tooWide, versionsToTry } from "./effectPeers.ts"
import { type Manifest, publishedPackages } from "./manifests.ts"

const made = (name: string, effect: string, ...dependencies: ReadonlyArray<string>): Manifest => ({
  name,
  version: "1.0.0",
  dependencies: Object.fromEntries(dependencies.map((other) => [other, "1.0.0"])),
  peerDependencies: { effect }
})

const packages = publishedPackages(root).map(({ manifest }) => manifest)
const published = ["4.2.0", "4.1.0", "4.10.0", "4.1.3", "4.0.6", "5.0.0"]

describe("the versions of Effect that are tried", () => {
  it("are the oldest and the newest that each package claims", () => {
    assert.deepStrictEqual(versionsToTry([made("a", "^4.1.0"), made("b", "~4.1.0")], published), [
      "4.1.0",
      "4.1.3",
      "4.10.0"
    ])
    assert.deepStrictEqual(versionsToTry([made("a", "^4.1.0")], ["4.0.6", "4.1.0"]), ["4.1.0"])
  })

  it("do not exist for a claim that nobody can install", () => {
    assert.throws(() => versionsToTry([made("a", "^4.3.0")], ["4.1.0"]), /no published version/)
    assert.throws(() => versionsToTry([made("a", "^4.1.1")], ["4.1.0", "4.1.3"]), /4\.1\.1 is not published/)
  })

  it("come with the platform's version that is not newer", () => {
    assert.strictEqual(platformFor("4.0.4", ["4.0.5", "4.0.1", "4.0.0"]), "4.0.1")
    assert.strictEqual(platformFor("4.1.0", ["4.0.5", "4.1.0"]), "4.1.0")
    assert.throws(() => platformFor("3.0.0", ["4.0.5"]), /as old as/)
  })
})

describe("the peers of the packages", () => {
  it("are not wider than those of the packages beneath them", () => {
    const wide = [made("a", "^4.1.0", "b"), made("b", "^4.1.0", "c"), made("c", "~4.1.0")]
    assert.deepStrictEqual(closure("a", wide).map(({ name }) => name), ["a", "b", "c"])
    assert.deepStrictEqual(tooWide(wide, ["4.1.3", "4.2.0"]), [
      "a allows effect 4.2.0, which c does not",
      "b allows effect 4.2.0, which c does not"
    ])
    // Versions that may come, too.
    assert.deepStrictEqual(tooWide(packages, published), [])
  })

  it("take one minor release of Effect where a package needs the parts that change most", () => {
    const narrow = new Set(Object.values(unstableParts).flat().map((name) => `@effect-mistral/${name}`))
    // Whoever depends on such a package is bound by its peer.
    const expected = (manifest: Manifest) => closure(manifest.name, packages).some(({ name }) => narrow.has(name))
    for (const manifest of packages) {
      assert.strictEqual(effectPeer(manifest), expected(manifest) ? "~4.1.0" : "^4.1.0", manifest.name)
    }
    assert.isAbove(narrow.size, 1)
  })

  it("name the same minor release of the platform as of Effect", () => {
    for (const manifest of packages) {
      const platform = manifest.peerDependencies?.["@effect/platform-node"]
      if (platform !== undefined) assert.strictEqual(platform, effectPeer(manifest), manifest.name)
    }
  })
})
