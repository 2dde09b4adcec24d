/** Whether a value carries an `error` that says anything. Some servers put one beside the keys of an ordinary chunk. */
export const carriesError = (value: unknown): boolean => {
  const error = (value as { readonly error?: unknown } | null | undefined)?.error
  return error !== undefined && error !== null && hasContent(error)
}

/**
 * Whether a value says anything. Some servers send `error` with every chunk: null, `""`, false, or an object whose values
 * are all empty.
 */
export const hasContent = (value: unknown, depth = 3): boolean =>
  typeof value === "object" && value !== null
    ? depth === 0 || Object.values(value).some((inner) => hasContent(inner, depth - 1))
    : Boolean(value)
