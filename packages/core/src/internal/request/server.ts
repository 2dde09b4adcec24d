import type { Deployment } from "../../Deployment.ts"

/** A deployment at a base URL. */
export interface Server {
  readonly deployment: Deployment
  readonly provider: string
  readonly baseUrl: string
  /**
   * The host of the base URL, an IPv6 address without brackets. `undefined` if that is not a valid URL, or if it has a user
   * or a password.
   */
  readonly address: string | undefined
  /** The port of the base URL, or that of its scheme. */
  readonly port: number | undefined
}

/** A deployment at a base URL, or at its own. */
export const makeServer = (deployment: Deployment, baseUrl: string = deployment.baseUrl): Server => {
  const trimmed = baseUrl.trim()
  // `fetch` refuses a URL with a user or a password, and quotes it.
  const isValid = /^https?:\/\/[^/][^/?#@]*([/?#]|$)/.test(trimmed) && URL.canParse(trimmed)
  const url = isValid ? new URL(trimmed) : undefined
  return {
    deployment,
    provider: deployment.provider,
    baseUrl: trimmed,
    address: url?.hostname.replace(/[[\]]/g, ""),
    // `URL` leaves out the port of the scheme.
    port: url && (Number(url.port) || (url.protocol === "http:" ? 80 : 443))
  }
}
