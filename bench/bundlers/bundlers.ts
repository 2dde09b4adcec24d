/** The bundlers, each with the least settings that make a minified bundle of ES modules for browsers. */
import { nodeResolve } from "@rollup/plugin-node-resolve"
import { build as esbuild, type BuildOptions, transform } from "esbuild"
import { rollup } from "rollup"
import { build as viteBuild } from "vite"
import webpack from "webpack"

/** Writes a bundle into a folder: one file for each entry, under its name, and files that they share. */
export type Bundler = (entries: Readonly<Record<string, string>>, folder: string) => Promise<void>

/** The settings of esbuild that every bundle has. */
export const esbuildOptions = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2023",
  platform: "browser",
  legalComments: "none",
  logLevel: "error"
} satisfies BuildOptions

const withEsbuild = (options: BuildOptions = {}): Bundler => async (entries, folder) => {
  await esbuild({ ...esbuildOptions, entryPoints: entries, outdir: folder, splitting: true, ...options })
}

const withVite: Bundler = async (entries, folder) => {
  await viteBuild({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2023",
      rolldownOptions: {
        input: entries,
        output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
        // What a page imports of a library counts, not what the entry exports: an entry exports nothing.
        preserveEntrySignatures: false
      },
      // Its helper looks for `document`, and the bundles are run in Node.
      modulePreload: false
    }
  })
}

const withRollup: Bundler = async (entries, folder) => {
  const bundle = await rollup({
    input: entries,
    preserveEntrySignatures: false,
    logLevel: "silent",
    plugins: [nodeResolve({ browser: true }), {
      name: "minify",
      // Rollup has no minifier: esbuild's is the one that most projects add.
      renderChunk: async (code) => (await transform(code, { minify: true, format: "esm", target: "es2023" })).code
    }]
  })
  await bundle.write({ dir: folder, format: "es" })
  await bundle.close()
}

const withWebpack: Bundler = (entries, folder) =>
  new Promise((resolve, reject) =>
    webpack({
      mode: "production",
      entry: entries,
      target: ["web", "es2023"],
      experiments: { outputModule: true },
      output: { path: folder, filename: "[name].js", module: true },
      // Warns about sizes that are measured here.
      performance: false
    }, (error, stats) =>
      error !== null || stats === undefined || stats.hasErrors() ?
        reject(error ?? new Error(stats?.toString())) :
        resolve())
  )

/** The bundlers by their names in the tables. */
export const bundlers: Readonly<Record<string, Bundler>> = {
  "esbuild": withEsbuild(),
  "Vite": withVite,
  "Rollup": withRollup,
  "webpack": withWebpack
}

/** esbuild, if the packages did not say that their modules have no side effects. */
export const esbuildWithSideEffects: Bundler = withEsbuild({
  plugins: [{
    name: "side-effects",
    setup: ({ onResolve, resolve }) =>
      onResolve({ filter: /./ }, async ({ path, pluginData, ...args }) => {
        if (pluginData === "resolved") return undefined
        const resolved = await resolve(path, { ...args, pluginData: "resolved" })
        return resolved.path.includes("/packages/") ? { ...resolved, sideEffects: true } : resolved
      })
  }]
})
