import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { resolve, ssr } from "../../vitest.workspace.ts"

/** The tests that need PostgreSQL: `npm run test:postgres`. They start processes and kill them, so they run one by one. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve,
  ssr,
  test: {
    include: ["test/postgres/**/*.test.ts"],
    globalSetup: ["test/postgres/globalSetup.ts"],
    fileParallelism: false,
    testTimeout: 120_000
  }
})
