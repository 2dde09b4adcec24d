import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { configDefaults, defineConfig } from "vitest/config"

const condition = "@effect-mistral/source"

// Sources are tested, not what was built from them.
export const resolve = { conditions: [condition] }
export const ssr = { resolve: { conditions: [condition, "node", "module", "import", "default"] } }

/** One project per package, and one for the examples. */
const project = (name: string, include: string, ...exclude: ReadonlyArray<string>) => ({
  extends: true as const,
  test: { name, include: [include], exclude: [...configDefaults.exclude, ...exclude] }
})

export default defineConfig({
  resolve,
  ssr,
  test: {
    testTimeout: 20_000,
    // The files of a worker share their modules: importing Effect for each of 300 files took a third of the time.
    isolate: false,
    // Node.js keeps the compiled code of the 60 programs that the tests start: each starts a quarter sooner.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/node-compile", import.meta.url)) },
    // By default two cores would have one worker, which takes half as long again.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // The tests that start the examples run two at a time.
    maxConcurrency: 2,
    projects: [
      ...["core", "chat", "ai", "agents", "fim", "observability", "batch", "node", "testing", "emulator"].map((name) =>
        project(name, `packages/${name}/test/**/*.test.ts`)
      ),
      project("examples", "examples/test/**/*.test.ts"),
      // These have scripts of their own: `npm run test:postgres` and `npm run test:browser`.
      project("repository", "test/**/*.test.ts", "test/postgres/**", "test/browser/**"),
      project("older clients", "test-older-clients/*.test.ts")
    ]
  }
})
