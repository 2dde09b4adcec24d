/** Makes a client once for each address. */
export const perServer = <A>(make: (baseUrl: string) => A): (baseUrl: string) => A => {
  const made = new Map<string, A>()
  return (baseUrl) => {
    let one = made.get(baseUrl)
    if (one === undefined) {
      one = make(baseUrl)
      made.set(baseUrl, one)
    }
    return one
  }
}
