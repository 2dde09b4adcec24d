/**
 * Runs a PostgreSQL server until it is interrupted, for the examples and for your own tries.
 *
 * Run: npm run postgres [-- port]
 */
import { findPostgres, notInstalled, startPostgres } from "./postgres.ts"

if (findPostgres() === undefined) {
  console.error(notInstalled)
  process.exit(1)
}
const { stop, url } = await startPostgres({ port: Number(process.argv[2] ?? 5499) })
console.log(`PostgreSQL runs at ${url} until you press Ctrl+C. Nothing in it is kept.`)
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stop().then(() => process.exit(0)))
}
