/** The value of a query parameter of a URL that may lack its origin; the first one if it is repeated. */
export const queryParameter = (url: string, name: string): string | undefined =>
  new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? "").get(name) ?? undefined
