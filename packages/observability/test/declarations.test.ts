/** The declarations that the compiler emits for functions over the types of this package: names, not structures. */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import * as fs from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const repository = fileURLToPath(new URL("../../..", import.meta.url))
const library = "packages/observability/test/fixtures/library"

describe("the declarations of a library", () => {
  it("of five functions name the types they return, in less than 60 lines", async () => {
    const declarations = await emit()
    const lines = declarations.split("\n").filter((line) => line.trim() !== "")
    assert.isBelow(lines.length, 60)
    for (
      const [name, types] of Object.entries({
        firstJudge: ["Judge.Judge | undefined"],
        withStatus: [
          "Campaign.Campaign;",
          "Judge.Judge;",
          "Judge.ReceivedOutputDefinition;",
          "Campaign.StatusResponse;"
        ],
        failedSpans: [".Trace;", ".Span;"],
        eventsWithRequest: [".Feed<", ".Preview>", ".Payload;"],
        copy: ["Dataset.Dataset;", ".DatasetRecord[];", "Dataset.ImportTask;"]
      })
    ) {
      const declaration = declarations.split("export declare const ").find((one) => one.startsWith(`${name}:`))
      for (const type of types) assert.include(declaration, type, name)
    }
  })
})

/** The declarations that the project's compiler emits for the library. */
async function emit(): Promise<string> {
  const directory = await fs.mkdtemp(path.join(tmpdir(), "declarations-"))
  try {
    const config = path.join(directory, "tsconfig.json")
    await fs.writeFile(
      config,
      JSON.stringify({
        extends: path.join(repository, "tsconfig.base.json"),
        compilerOptions: {
          composite: false,
          declarationMap: false,
          emitDeclarationOnly: true,
          outDir: path.join(directory, "out"),
          rootDir: repository
        },
        files: [path.join(repository, `${library}.ts`)]
      })
    )
    const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
    await promisify(execFile)(process.execPath, [tsc, "-p", config])
    return await fs.readFile(path.join(directory, "out", `${library}.d.ts`), "utf8")
  } finally {
    await fs.rm(directory, { recursive: true, force: true })
  }
}
