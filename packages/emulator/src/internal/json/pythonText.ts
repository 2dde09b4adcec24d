/** The text of a JSON value as Python writes it (`repr`), which is how the API's sentences show values. */
export const pythonText = (value: unknown): string => {
  if (typeof value === "string") return quoted(value)
  if (value === null || value === undefined) return "None"
  if (typeof value === "boolean") return value ? "True" : "False"
  if (Array.isArray(value)) return `[${value.map(pythonText).join(", ")}]`
  if (typeof value !== "object") return String(value)
  return `{${Object.entries(value).map(([key, inner]) => `${quoted(key)}: ${pythonText(inner)}`).join(", ")}}`
}

/** A text in single quotes, or in double ones where it holds single quotes only. */
const quoted = (text: string): string => {
  const quote = text.includes("'") && !text.includes("\"") ? "\"" : "'"
  const escapes: Readonly<Record<string, string>> = {
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    [quote]: `\\${quote}`
  }
  return `${quote}${text.replace(/["'\\\n\r\t]/g, (one) => escapes[one] ?? one)}${quote}`
}
