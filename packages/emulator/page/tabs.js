/** The keyboard and the state of a list of tabs. */

/**
 * Makes tabs of buttons: a click or an arrow key shows the panel that a tab controls. Gives the function that shows one.
 *
 * @param {ReadonlyArray<HTMLElement>} tabs
 * @param {(tab: HTMLElement) => void} onShow
 */
export const makeTabs = (tabs, onShow) => {
  /** @param {HTMLElement} chosen */
  const show = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen
      tab.setAttribute("aria-selected", String(isChosen))
      tab.tabIndex = isChosen ? 0 : -1
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "")
      if (panel !== null) panel.hidden = !isChosen
    }
    onShow(chosen)
  }
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener("click", () => show(tab))
    tab.addEventListener("keydown", ({ key }) => {
      const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0
      const next = tabs.at((at + step) % tabs.length)
      if (step === 0 || next === undefined) return
      show(next)
      next.focus()
    })
  }
  return show
}
