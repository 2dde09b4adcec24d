/** The programs of `consumers/`, one for each package, and what each must print. */

export interface Consumer {
  /** The name of the package and of the program. */
  readonly name: string
  /** What the program prints, as JSON. */
  readonly prints: string
  /** Packages of this repository that the program needs beside its own and those it depends on. */
  readonly needs: ReadonlyArray<string>
}

const consumer = (name: string, prints: ReadonlyArray<unknown>, ...needs: ReadonlyArray<string>): Consumer => ({
  name,
  prints: JSON.stringify(prints),
  needs
})

export const consumers: ReadonlyArray<Consumer> = [
  consumer("core", [2, "NotFound"]),
  consumer("chat", [8, "string"]),
  consumer("ai", [8, "finish", [{ celsius: 21 }]]),
  consumer("agents", [8]),
  consumer("fim", [true]),
  consumer("observability", [3]),
  consumer("batch", [12, "completed", 2], "node"),
  consumer("node", [1, 3]),
  consumer("testing", ["ok", "/v1/chat/completions"], "chat"),
  consumer("emulator", [200])
]
