/** Reads one header. Names are in lower case. */
export type HeaderReader = (name: string) => string | undefined

/** The id under which the server knows a request. */
export const requestId = (header: HeaderReader): string | undefined =>
  header("mistral-correlation-id") ?? header("x-kong-request-id") ?? header("x-request-id")

/** The `x-ratelimit-*` headers of a response, if it has any. */
export const rateLimits = (
  headers: Readonly<Record<string, string | undefined>>
): Record<string, string> | undefined => {
  const limits = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith("x-ratelimit-") && value !== undefined ? [[name, value] as const] : []
  )
  return limits.length === 0 ? undefined : Object.fromEntries(limits)
}
