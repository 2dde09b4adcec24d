import type { TestProject } from "vitest/node"
import { findPostgres, notInstalled, startPostgres } from "./postgres.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of the server, or `""` where PostgreSQL is not installed. */
    readonly postgresUrl: string
  }
}

/** Starts one server for all tests, and says so where that is not possible. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (findPostgres() === undefined) {
    console.warn(`The tests of several processes are skipped. ${notInstalled}`)
    project.provide("postgresUrl", "")
    return undefined
  }
  const { stop, url } = await startPostgres()
  project.provide("postgresUrl", url)
  return stop
}
