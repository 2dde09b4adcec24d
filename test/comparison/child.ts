/**
 * Runs one client in a process of its own. Its first message says what the client offers; then each message of the parent is
 * a call, and each answer an observation.
 *
 *   node test/comparison/child.ts <file of the client> <url of the server>
 */
import { inspect } from "node:util"
import { capabilities } from "./capabilities.ts"
import type { Call, Observation, Peer, Program } from "./peer.ts"

const [file = "", url = ""] = process.argv.slice(2)

const { make, offers } = await import(file) as Program

/** The longest that a call may take, in milliseconds. What has not ended by then is reported as such. */
const limit = 12_000

const messagesOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}\n${messagesOf(error.cause)}`
}

const observe = async (peer: Peer, call: Call): Promise<Observation> => {
  const begun = performance.now()
  const pieces: Array<string> = []
  const controller = new AbortController()
  const run = async (): Promise<{ readonly result?: string }> => {
    if (call.kind === "complete") {
      return { result: JSON.stringify(await peer.complete(call.model, call.extra ?? {}, call.once === true)) }
    }
    const options = call.silence === undefined ? {} : { silence: call.silence }
    for await (const piece of peer.stream(call.model, { signal: controller.signal, ...options })) {
      if (piece === "") continue
      pieces.push(piece)
      if (call.kind === "cancel") controller.abort()
    }
    return {}
  }
  const tooLong = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("still waiting")), limit).unref())
  const outcome = await Promise.race([run(), tooLong]).catch((error: unknown) => ({
    error: { message: messagesOf(error), text: inspect(error, { depth: 8, maxStringLength: 2_000 }) }
  }))
  if (call.kind !== "cancel") controller.abort()
  return { pieces, took: performance.now() - begun, ...outcome }
}

const peer = make(url)
const keys = Object.keys(capabilities) as ReadonlyArray<keyof typeof capabilities>
process.send!(keys.map((key) => offers[key] !== undefined))
// What a client leaves unhandled is not the subject here: the call itself is observed.
process.on("unhandledRejection", () => {})
process.on("message", (call: Call) => {
  void observe(peer, call).then((observation) => process.send!(observation))
})
