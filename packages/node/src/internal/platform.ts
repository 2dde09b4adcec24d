import { versions } from "node:process"

/** The oldest Node that undici runs on, as its own `engines` say. */
const oldest: readonly [major: number, minor: number] = [22, 19]

const instead = "use FetchHttpClient of @effect-mistral/core there"

/** The sentence for a platform whose undici has no dispatcher of its own. */
export const noDispatcher =
  `UndiciHttpClient needs a dispatcher of undici, and this one has no \`dispatch\`. Bun replaces undici by its own fetch: ${instead}.`

/** Why undici's dispatcher cannot run on a platform. `undefined` if it can. */
export const unsupported = (
  platform: { readonly node?: string; readonly bun?: string } = versions
): string | undefined => {
  if (platform.bun !== undefined) return noDispatcher
  const [major = 0, minor = 0] = (platform.node ?? "").split(".").map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
    ? undefined
    : `UndiciHttpClient needs Node ${
      oldest.join(".")
    } or later, because undici does, and this is Node ${platform.node}: ${instead}.`
}
