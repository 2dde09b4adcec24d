/**
 * Measures the cold start of the emulator from `dist`: the time until it listens, the processor time, and the memory that it
 * holds two seconds later.
 *
 *   npm run build && node bench/emulatorStart.ts [<starts>]
 */
import { setTimeout as sleep } from "node:timers/promises"
import { startEmulator } from "./emulatorProcess.ts"
import { spread } from "./stats.ts"
import { digits, table } from "./table.ts"

const starts = Number(process.argv[2] ?? 9)

const times: Array<number> = []
const processor: Array<number> = []
const memory: Array<number> = []
for (let start = 0; start <= starts; start++) {
  const emulator = await startEmulator()
  const used = emulator.processor()
  await sleep(2000)
  // The first start fills the disk cache.
  if (start > 0) {
    times.push(emulator.started)
    processor.push(used)
    memory.push(emulator.memory() / 1e6)
  }
  await emulator.stop()
}

const row = (name: string, values: ReadonlyArray<number>) => {
  const { max, median, min } = spread(values)
  return [name, digits(median), digits(min), digits(max)]
}
console.log(table([
  ["", "median", "min", "max"],
  row("milliseconds until it listens", times),
  row("milliseconds of processor time", processor),
  row("megabytes at rest", memory)
]))
