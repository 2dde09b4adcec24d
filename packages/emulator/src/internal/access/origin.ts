/** The ports that an origin leaves out. */
const usualPort = /(?<=^http:\/\/[^/]*):80$|(?<=^https:\/\/[^/]*):443$/

/** An origin as a browser sends it: a scheme, a host and perhaps a port. */
const shape = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,]+$/

/**
 * The origin in the form in which browsers send it, or `undefined` if a text is none. `null` is the origin of sandboxed
 * frames and local files.
 */
export const originOf = (text: string): string | undefined => {
  const origin = text.toLowerCase().replace(/\/$/, "").replace(usualPort, "")
  return origin === "null" || shape.test(origin) ? origin : undefined
}

/** Whether an origin is that of the server which a request names: that of the emulator's own page. */
export const isOwnOrigin = (origin: string, host: string): boolean => {
  const own = host.toLowerCase()
  return origin === originOf(`http://${own}`) || origin === originOf(`https://${own}`)
}

/** What `--cors` and the option `cors` accept, for messages. */
export const expectedOrigin = "an origin such as http://localhost:3000, null for local files, or * for all"

/** Whether a text is an origin, or `*` for all. */
export const isOriginSetting = (text: string): boolean => text === "*" || originOf(text) !== undefined

/**
 * Reads the origins of the settings. The function gives the value of `access-control-allow-origin` for an origin, or
 * `undefined` if pages of that origin may not read responses. A text that is not an origin throws.
 */
export const allowedOrigins = (settings: ReadonlyArray<string>): (origin: string) => string | undefined => {
  const wrong = settings.find((text) => !isOriginSetting(text))
  if (wrong !== undefined) throw new TypeError(`cors has "${wrong}", which is not ${expectedOrigin}`)
  const known = new Set(settings.map(originOf))
  if (settings.includes("*")) return () => "*"
  return (origin) => {
    const own = originOf(origin)
    return own !== undefined && known.has(own) ? origin : undefined
  }
}
