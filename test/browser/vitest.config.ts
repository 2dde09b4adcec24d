import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { resolve, ssr } from "../../vitest.workspace.ts"

/** The tests that need Chromium: `npm run test:browser`. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve,
  ssr,
  test: {
    include: ["test/browser/**/*.test.ts"],
    // One Chromium at a time: it takes what two cores have.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
