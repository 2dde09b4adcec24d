/** Returns an id, or `undefined` where the server sent no id, an empty one or the string `"null"`. */
export const knownId = (id: string | null | undefined): string | undefined =>
  id === null || id === undefined || id === "" || id === "null" ? undefined : id
