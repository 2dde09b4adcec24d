/** Runs the bundles of a program against an emulator. */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"

/** What a bundle did. */
export interface Ran {
  /** The lines that it printed. */
  readonly lines: ReadonlyArray<string>
  /** The files that were loaded before the first line was printed, and those that were loaded later. */
  readonly initial: ReadonlyArray<string>
  readonly later: ReadonlyArray<string>
}

/** Runs the file of an entry in a process of its own. Requests to Mistral's API are sent to `emulator`. */
export const runBundle = async (folder: string, entry: string, emulator: string): Promise<Ran> => {
  const file = join(folder, `${entry}.js`)
  const url = `${pathToFileURL(folder).href}/`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", join(import.meta.dirname, "preload.ts"), file],
    { env: { ...process.env, BUNDLE_EMULATOR: emulator, BUNDLE_FOLDER: url }, timeout: 60_000 }
  ).catch(({ stderr }: { readonly stderr: string }) => {
    // Before the stack of an error Node prints the line that it came from, which is the whole of a minified file.
    const lines = stderr.split("\n").filter((line) => line !== "" && line.length < 500)
    throw new Error(`${file} failed: ${lines.slice(0, 8).join("\n")}`)
  })
  const all = stdout.split("\n")
  const isFile = (line: string) => line.startsWith("loaded ")
  const first = all.findIndex((line) => line !== "" && !isFile(line))
  const files = (lines: ReadonlyArray<string>) => lines.filter(isFile).map((line) => line.slice("loaded ".length))
  return {
    lines: all.filter((line) => line !== "" && !isFile(line)),
    initial: files(all.slice(0, first)),
    later: files(all.slice(first))
  }
}
