/**
 * The admin key: the URL that the emulator prints has it as its fragment, which no browser sends to a server. It is kept
 * for as long as the tab is open, and removed from the address, so that it is in no history, bookmark or screenshot.
 */

const storedAs = "effect-mistral-emulator-admin-key"

/**
 * The key of the address, or the one that was kept.
 *
 * @returns {string | undefined}
 */
export const readKey = () => {
  const named = new URLSearchParams(location.hash.slice(1)).get("key")
  if (named !== null) {
    keepKey(named)
    history.replaceState(null, "", location.pathname + location.search)
  }
  return sessionStorage.getItem(storedAs) ?? undefined
}

/** @param {string} key */
export const keepKey = (key) => sessionStorage.setItem(storedAs, key)

export const forgetKey = () => sessionStorage.removeItem(storedAs)
