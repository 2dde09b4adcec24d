import { isIPv4 } from "node:net"

/** A name or an address in brackets, with or without a port. */
const authority = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d*)?$/

/**
 * The name in a `Host` header, in lower case, without the port and without the dot at its end; `undefined` if the header
 * is not a name or an address.
 */
export const hostName = (header: string): string | undefined =>
  authority.exec(header.toLowerCase())?.[1]?.replace(/\.$/, "")

/** The name in a setting, which may be an IPv6 address without brackets. */
const settingName = (setting: string): string | undefined =>
  hostName(setting.split(":").length > 2 && !setting.startsWith("[") ? `[${setting}]` : setting)

/** Whether a text is the name or the address of a host. */
export const isHostSetting = (text: string): boolean => settingName(text) !== undefined

/** IPv6 addresses of this machine, and the address of all of its interfaces. */
const ownAddresses: ReadonlySet<string> = new Set(["[::1]", "[::]", "0.0.0.0"])

/**
 * Whether a name means this machine wherever it is looked up: no name server is asked for it, so that no other person's
 * page can have it.
 */
const isLocalName = (name: string): boolean =>
  name === "localhost" || name.endsWith(".localhost") || ownAddresses.has(name) ||
  (name.startsWith("127.") && isIPv4(name)) || /^\[::ffff:(?:127\.|7f[0-9a-f]{2}:)/.test(name)

/**
 * Whether requests on a loopback connection may name this host: a name of this machine, or one of those that are set.
 *
 * *Details*: with DNS rebinding, the name of a foreign page leads to 127.0.0.1. The page is then of the same origin as the
 * emulator for the browser, which reads any response for it. The page cannot change the `Host` header, which still has its
 * name.
 */
export const isExpectedHost = (header: string, allowed: ReadonlyArray<string>): boolean => {
  const name = hostName(header)
  return name !== undefined && (isLocalName(name) || allowed.some((one) => settingName(one) === name))
}

/** Whether an address to listen on can only be reached by programs of this machine. */
export const isLoopbackHost = (setting: string): boolean => {
  const name = settingName(setting)
  return name !== undefined && isLocalName(name) && name !== "0.0.0.0" && name !== "[::]"
}
