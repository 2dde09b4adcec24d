/**
 * Runs before a bundle: requests to Mistral go to the emulator, and each file that is loaded is printed. So the bundle that is
 * run is the one that is measured.
 */
import { registerHooks } from "node:module"

const { BUNDLE_EMULATOR: emulator = "", BUNDLE_FOLDER: folder = "" } = process.env

registerHooks({
  load: (url, context, next) => {
    if (url.startsWith(folder)) console.log(`loaded ${url.slice(folder.length)}`)
    return next(url, context)
  }
})

const { fetch } = globalThis
globalThis.fetch = (input, init) => fetch(String(input).replace("https://api.mistral.ai", emulator), init)
