/** The results of a run, as they are written to `results.json`. */
import type { Outcome } from "./outcome.ts"
import { type Runtime, type SuiteName, suiteNames } from "./runtimes.ts"

/** What became of a suite in a runtime. */
export interface SuiteResult {
  readonly suite: SuiteName
  readonly passed: number
  readonly failed: ReadonlyArray<Outcome>
  /** What the runtime cannot do, a sentence each. */
  readonly cannot: ReadonlyArray<string>
}

/** What became of a runtime: its suites, or why it was not run. */
export interface RuntimeResult {
  readonly name: string
  readonly version: string
  readonly notRun?: string
  readonly suites: ReadonlyArray<SuiteResult>
}

/** The result of a suite, by the outcomes of its checks. What a runtime cannot do must be known beforehand. */
export const suiteResult = (
  suite: SuiteName,
  { lacks }: Pick<Runtime, "lacks">,
  outcomes: ReadonlyArray<Outcome>
): SuiteResult => {
  const cannot = [...new Set(outcomes.flatMap(({ cannot }) => cannot ?? []))]
  const failed = outcomes.filter(({ error }) => error !== undefined)
  const known = lacks.includes(suite)
  const surprise = known === cannot.length > 0
    ? []
    : [{ name: suite, error: known ? "nothing was found that cannot be done" : `cannot be done: ${cannot.join(" ")}` }]
  return {
    suite,
    passed: outcomes.filter(({ cannot, error }) => cannot === undefined && error === undefined).length,
    failed: [...failed, ...surprise],
    cannot
  }
}

/** Whether a run proves something: no check failed, and each suite of each runtime that ran had an outcome. */
export const isGood = (results: ReadonlyArray<RuntimeResult>): boolean =>
  results.some(({ notRun }) => notRun === undefined) &&
  results.every(({ suites }) =>
    suites.every(({ cannot, failed, passed }) => failed.length === 0 && passed + cannot.length > 0)
  )

const titles: Readonly<Record<SuiteName, string>> = {
  fetch: "Client over `fetch`",
  undici: "`UndiciHttpClient`",
  modules: "`require()`, `import`",
  durable: "SQLite, durable batches",
  emulator: "Emulator"
}

const row = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`

/** The table of the documentation: the number of checks that passed, and the number of the note on what cannot be done. */
export const table = (results: ReadonlyArray<RuntimeResult>): string => {
  const notes = [
    ...new Set(results.flatMap(({ suites }) => suites.flatMap(({ cannot }) => cannot.map(withoutVersion))))
  ]
  const cell = (suite: SuiteResult | undefined) => {
    if (suite === undefined) return "-"
    const numbers = [...new Set(suite.cannot.map((sentence) => notes.indexOf(withoutVersion(sentence)) + 1))]
    const marks = numbers.map((number) => `(${number})`).join(" ")
    return [suite.passed === 0 ? "no" : String(suite.passed), marks].filter((text) => text !== "").join(" ")
  }
  return [
    row(["Runtime", "Version", ...suiteNames.map((name) => titles[name])]),
    row(["-", "-", ...suiteNames.map(() => "-")]),
    ...results.map(({ name, suites, version }) =>
      row([name, version, ...suiteNames.map((name) => cell(suites.find(({ suite }) => suite === name)))])
    ),
    "",
    ...notes.map((note, index) => `${index + 1}. ${note}`)
  ].join("\n")
}

/** A sentence that names the version of the runtime is one for all versions. */
const withoutVersion = (sentence: string): string => sentence.replace(/,? and this is (Node )?[\d.]+\d/, "")
