/** Formats a Markdown table, aligned like dprint's. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const [head, ...rest] = rows
  const widths = head!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`
  return [line(head!), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rest.map(line)].join("\n")
}

/** Formats a number with its significant digits. */
export const digits = (value: number): string =>
  !Number.isFinite(value) ? "-" : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
