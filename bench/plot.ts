/**
 * Draws the plot of the README from the tables of `RESULTS.md`, as `docs/images/benchmark.svg`.
 *
 *   node bench/plot.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** A part of the plot: one measurement of one section of `RESULTS.md`. */
interface Panel {
  /** The heading in the plot. */
  readonly title: string
  /** The heading of the section. */
  readonly section: string
  /** The column, by which the table is found among those of the section. */
  readonly column: string
}

const panels: ReadonlyArray<Panel> = [
  {
    title: "A fast stream: 20,000 chunks, 16 kB writes",
    section: "20,000 padded chunks, 16 kB writes",
    column: "CPU µs per event"
  },
  {
    title: "A busy server: 100 streams, 50 chunks a second each",
    section: "The same after 2,000 streams: until they get hardly cheaper, like calls",
    column: "CPU µs per event"
  },
  {
    title: "Whole responses: 64 calls at a time",
    section: "Whole answers, 64 calls at a time",
    column: "CPU µs per call"
  }
]

/** The contenders that the plot shows, from the top, and their names in it. */
const contenders: ReadonlyArray<readonly [contender: string, name: string]> = [
  ["ours-node", "@effect-mistral over UndiciHttpClient"],
  ["ours-fetch", "@effect-mistral over fetch"],
  ["ai-sdk", "@ai-sdk/mistral"],
  ["openai", "openai"],
  ["mistralai", "@mistralai/mistralai"]
]

interface Bar {
  readonly contender: string
  readonly name: string
  readonly ratio: number
  readonly min: number
  readonly max: number
  readonly value: string
}

/** The bars of a panel, read from the tables of the results. Throws where the results do not have them. */
const barsOf = (results: string, panel: Panel): ReadonlyArray<Bar> => {
  const section = results.split(/^## /m).find((text) => text.startsWith(`${panel.section}\n`))
  const table = section?.split("\n\n").find((text) => text.split("\n")[0]?.includes(panel.column))
  if (table === undefined) throw new Error(`RESULTS.md has no table of "${panel.column}" in "${panel.section}"`)
  const [head, , ...rows] = table.trim().split("\n").map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim())
  )
  return contenders.map(([contender, name]) => {
    const row = rows.find(([first]) => first === contender)
    const cell = (column: string) => row?.[head!.indexOf(column)] ?? ""
    const bar = {
      contender,
      name,
      ratio: Number(cell("to the floor")),
      min: Number(cell("min")),
      max: Number(cell("max")),
      value: cell(panel.column)
    }
    if (!(bar.ratio > 0 && bar.min > 0 && bar.max > 0)) {
      throw new Error(`RESULTS.md has no ratio of ${contender} in "${panel.section}"`)
    }
    return bar
  })
}

const width = 900
const left = 300
const right = 120
const row = 24
const head = 34
const panelHeight = head + contenders.length * row + 22

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

const round = (number: number): string => String(Math.round(number * 10) / 10)

/** A panel as SVG. Its scale is its own and begins at zero, so that lengths of bars compare as the costs do. */
const drawPanel = (panel: Panel, bars: ReadonlyArray<Bar>, top: number): string => {
  const most = Math.max(...bars.map(({ max }) => max))
  const x = (ratio: number): number => left + ratio / most * (width - left - right)
  const drawn = bars.flatMap(({ contender, max, min, name, ratio, value }, index) => {
    const y = top + head + index * row
    const middle = y + row / 2 - 2
    return [
      `<text x="${left - 10}" y="${middle + 4}" text-anchor="end" class="${ours(contender) ? "ours" : "text"}">${
        escape(name)
      }</text>`,
      `<rect x="${left}" y="${y}" width="${round(x(ratio) - left)}" height="${row - 6}" rx="2" class="${
        ours(contender) ? "bar-ours" : "bar"
      }"/>`,
      `<path d="M${round(x(min))} ${middle}H${round(x(max))}M${round(x(min))} ${middle - 4}v8M${round(x(max))} ${
        middle - 4
      }v8" class="range"/>`,
      `<text x="${round(x(Math.max(max, 1)) + 8)}" y="${middle + 4}" class="text">${ratio} × (${value} µs)</text>`
    ]
  })
  const floor = round(x(1))
  return [
    `<text x="${left}" y="${top + 14}" class="title">${escape(panel.title)}</text>`,
    ...drawn,
    `<path d="M${floor} ${top + head - 6}v${contenders.length * row + 6}" class="floor"/>`
  ].join("\n")
}

const ours = (contender: string): boolean => contender.startsWith("ours")

/** Draws the plot from the text of `RESULTS.md`. */
export const plot = (results: string): string => {
  const height = 58 + panels.length * panelHeight + 12
  const drawn = panels.map((panel, index) => drawPanel(panel, barsOf(results, panel), 58 + index * panelHeight))
  const title = "Processor time of a client, as a multiple of fetch with JSON.parse written by hand"
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<style>
text { font: 13px system-ui, sans-serif }
.text { fill: #424a53 } .ours { fill: #1f2328; font-weight: 600 } .title { fill: #1f2328; font-weight: 600; font-size: 14px }
.bar { fill: #a8b3bf } .bar-ours { fill: #fa520f } .range { stroke: #1f2328; fill: none; opacity: .55 }
.floor { stroke: #1f2328; stroke-dasharray: 3 3; fill: none } .paper { fill: #ffffff }
@media (prefers-color-scheme: dark) {
.text { fill: #b7bdc8 } .ours, .title { fill: #f0f6fc } .bar { fill: #59636e } .paper { fill: #0d1117 }
.range, .floor { stroke: #f0f6fc }
}
</style>
<rect width="100%" height="100%" class="paper"/>
<text x="16" y="24" class="title">${title} (less is better)</text>
<text x="16" y="42" class="text">Dashed: written by hand, validates nothing. Lines: least and greatest round. ${
    escape("Both of @effect-mistral validate every chunk.")
  }</text>
${drawn.join("\n")}
</svg>
`
}

/** The file with the measurements. */
export const resultsFile = fileURLToPath(new URL("RESULTS.md", import.meta.url))

/** The file of the plot. */
export const plotFile = fileURLToPath(new URL("../docs/images/benchmark.svg", import.meta.url))

if (import.meta.main) {
  mkdirSync(fileURLToPath(new URL("../docs/images", import.meta.url)), { recursive: true })
  writeFileSync(plotFile, plot(readFileSync(resultsFile, "utf8")))
}
