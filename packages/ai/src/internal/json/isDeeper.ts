/** A decoder calls itself for each level of JSON. Node's stack holds about 1,200 of them. */
export const maxLevels = 500

/** Whether a value has more than so many levels of objects and lists. */
export const isDeeper = (value: unknown, levels = maxLevels): boolean =>
  typeof value === "object" && value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))
