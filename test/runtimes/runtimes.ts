/** The runtimes that the packages are run in, each in a version that was tried, and what each cannot do. */

/** The suites: the client over two transports, how packages are loaded, durable batches, and the emulator. */
export const suiteNames = ["fetch", "undici", "modules", "durable", "emulator"] as const

/** The name of a suite. */
export type SuiteName = typeof suiteNames[number]

/** A runtime. */
export interface Runtime {
  readonly name: string
  readonly version: string
  /** The folder of the project's `node_modules` that has it, and the file there that runs. Node 24 is the one that runs this. */
  readonly file: string | undefined
  readonly flags: ReadonlyArray<string>
  /** The suites in which something must be found that the runtime cannot do. In the others everything must be found good. */
  readonly lacks: ReadonlyArray<SuiteName>
}

/** The npm package with Node's binary for this machine, which the package `node` installs. */
const nodePackage = [
  process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node",
  process.platform === "win32" ? "win" : process.platform,
  process.arch
].join("-")

const nodes: Readonly<Record<string, ReadonlyArray<SuiteName>>> = {
  // The oldest that `engines` name, ...
  "20.0.0": ["undici", "modules", "durable", "emulator"],
  // ... the newest 20, ...
  "20.20.2": ["undici", "modules", "durable", "emulator"],
  // ... the oldest that the `engines` of node and emulator name, ...
  "22.19.0": [],
  // ... and the newest.
  "26.10.0": []
}

/** The version of miniflare, which brings workerd. */
export const miniflare = "4.20260730.0"

const others: ReadonlyArray<Runtime> = [
  { name: "Bun", version: "1.4.5", file: ".bin/bun", flags: [], lacks: ["undici"] },
  {
    name: "Deno",
    version: "2.9.6",
    file: ".bin/deno",
    flags: ["run", "--allow-all", "--node-modules-dir=manual"],
    lacks: []
  }
]

const alias = (version: string) => `node-${version}`

/** The runtimes that are programs: Node, Bun and Deno. */
export const runtimes: ReadonlyArray<Runtime> = [
  ...Object.entries(nodes).map(([version, lacks]) => ({
    name: "Node",
    version,
    file: `${alias(version)}/bin/node`,
    flags: [],
    lacks
  })),
  { name: "Node", version: process.versions.node, file: undefined, flags: [], lacks: [] },
  ...others
]

/** The dependencies of a project in which all of them are installed. */
export const dependencies: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(nodes).map((version) => [alias(version), `npm:${nodePackage}@${version}`])),
  ...Object.fromEntries(others.map(({ name, version }) => [name.toLowerCase(), version])),
  miniflare
}
