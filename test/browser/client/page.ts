/** The script of the page. It runs programs in itself and in its workers. */
import { type Place, type Run, run } from "./program.ts"

/** Sends a program to a worker, and waits for the answer. */
const through = (worker: () => Promise<Pick<Worker, "postMessage">>): Run => async (...data) => {
  const { port1, port2 } = new MessageChannel()
  const answer = new Promise((resolve) => port1.addEventListener("message", (event) => resolve(event.data)))
  port1.start()
  const target = await worker()
  target.postMessage(data, [port2])
  return answer
}

let worker: Worker | undefined

const serviceWorker = async () => {
  await navigator.serviceWorker.register("/serviceWorker.js", { type: "module" })
  const { active } = await navigator.serviceWorker.ready
  if (active === null) throw new Error("the service worker is not active")
  return active
}

const runs: Readonly<Record<Place, Run>> = {
  page: run,
  worker: through(async () => worker ??= new Worker("/worker.js", { type: "module" })),
  serviceWorker: through(serviceWorker)
}

Object.assign(globalThis, {
  runIn: async (place: Place, ...args: Parameters<Run>) => {
    // The policy of a page does not hold while a call of the debugger runs, such as the one that calls this function.
    await new Promise((resolve) => setTimeout(resolve, 0))
    return runs[place](...args)
  }
})
