/** Measures in a process of its own, which prints its measurements as JSON. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** Runs a file, the URL of a module, with flags. `name` is what the error names if it ends early. */
export const measureInChild = async <Measured>(
  name: string,
  file: string,
  flags: ReadonlyArray<string>,
  nodeFlags: ReadonlyArray<string> = []
): Promise<Measured> => {
  const child = spawn(process.execPath, [...nodeFlags, fileURLToPath(file), ...flags], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  let output = ""
  child.stdout.on("data", (text: Buffer) => output += text.toString())
  const [code] = await once(child, "close") as [number]
  if (code !== 0) throw new Error(`${name} ended early`)
  // The cast is safe: the file prints what it measures.
  return JSON.parse(output) as Measured
}
