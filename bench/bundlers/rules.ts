/** What the sizes of the bundles must show about tree shaking, whatever the sizes are. */
import type { BundleSize } from "./measure.ts"

/** The rules that sizes break, as sentences. */
export const broken = (sizes: ReadonlyArray<BundleSize>): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const of = (bundler: string, name: string) => sizes.find((size) => size.bundler === bundler && size.name === name)
  const same = (bundler: string, name: string, other: string, why: string) => {
    const [one, two] = [of(bundler, name)?.minified, of(bundler, other)?.minified]
    if (one !== undefined && two !== undefined && one !== two) {
      problems.push(`${bundler}: ${name} has ${one} bytes and ${other} has ${two}, but ${why}`)
    }
  }
  for (const bundler of new Set(sizes.map(({ bundler }) => bundler))) {
    same(bundler, "unused", "stream", "an import that nothing uses must add nothing")
    if (bundler === "esbuild") continue
    same(bundler, "stream-barrels", "stream", "barrel imports must be as small as module imports")
    same(bundler, "object-only-barrels", "object-only", "barrel imports must be as small as module imports")
    same(bundler, "unused", "stream-barrels", "neither unused imports nor barrel imports may add anything")
  }
  const kept = (of("esbuild", "side-effects")?.minified ?? 0) - (of("esbuild", "unused")?.minified ?? 0)
  if (kept < 50_000) {
    problems.push(`without \`sideEffects: false\` unused imports added only ${kept} bytes: is it tested?`)
  }
  return problems
}
