/** Makes one client for each base URL. */
export const perServer = <A>(make: (baseUrl: string) => A): (baseUrl: string) => A => {
  const made = new Map<string, A>()
  return (baseUrl) => {
    let client = made.get(baseUrl)
    if (client === undefined) {
      client = make(baseUrl)
      made.set(baseUrl, client)
    }
    return client
  }
}
