/**
 * The imports that are allowed. `oxlint.config.ts` turns these lists into lint rules; an import that no list allows is an
 * error. Each list is read from the top, and a row may name only rows above it, so that imports run one way.
 */

/** For each row, the rows that it may import: some, or all that stand above it. */
export type Rows = Readonly<Record<string, ReadonlyArray<string> | "all above">>

/** The packages, and the other packages that the sources of each may import. */
export const packages: Rows = {
  core: [],
  chat: ["core"],
  agents: ["core"],
  fim: ["core"],
  observability: ["core"],
  node: ["core"],
  testing: ["core"],
  emulator: ["core", "observability"]
}

/** The packages that may import Node's modules, `@effect/platform-node` and `undici`. The others run on every platform. */
export const nodePackages: ReadonlyArray<string> = ["node", "emulator"]

/** The packages whose tests may import only the package itself and the packages that are named here. */
export const tests: Readonly<Record<string, ReadonlyArray<string>>> = {}

/**
 * The folders of `src/internal`, and the other folders that the files of each may import. A file may import the files of
 * its own folder and the public modules of its package, too. A public module may import every folder.
 */
export const folders: Readonly<Record<string, Rows>> = {
  core: {
    schema: [],
    transport: [],
    timeout: [],
    completion: [],
    request: ["schema", "timeout", "completion"],
    response: ["schema", "transport", "timeout", "request"],
    attempt: ["transport", "timeout", "request", "response"],
    stream: ["schema", "request", "response"],
    object: ["schema"],
    client: "all above"
  }
}
