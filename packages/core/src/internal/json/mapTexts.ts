/**
 * A value with each text of it changed, the keys of objects too. Lists and plain objects below `levels` are empty: JSON can
 * be nested so deep that a function that calls itself cannot read it. Other objects stay as they are.
 */
export const mapTexts = (value: unknown, levels: number, map: (text: string) => string): unknown => {
  if (typeof value === "string") return map(value)
  const isArray = Array.isArray(value)
  if (!isArray && Object.getPrototypeOf(value ?? "") !== Object.prototype) return value
  const entries = Object.entries(levels === 0 ? {} : value as object)
    .map(([name, item]) => [map(name), mapTexts(item, levels - 1, map)] as const)
  return isArray ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}
