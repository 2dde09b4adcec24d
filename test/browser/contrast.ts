/** The contrast of the texts of a page. */

/**
 * The texts of a page whose contrast is below 4.5, which WCAG 2.2 wants of small text, with their contrast. Runs in the page.
 */
export const faint = (): { readonly checked: number; readonly faint: ReadonlyArray<string> } => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!
  const rgba = (color: string) => {
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = color
    context.fillRect(0, 0, 1, 1)
    return [...context.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = rgba(color).map((part) => {
      const value = part / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const ground = (element: Element | null): string => {
    if (element === null) return "white"
    const color = getComputedStyle(element).backgroundColor
    return rgba(color)[3] === 255 ? color : ground(element.parentElement)
  }
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== "")
  )
  return {
    checked: texts.length,
    faint: texts.flatMap((element) => {
      const [low = 0, high = 0] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((
        a,
        b
      ) => a - b)
      const contrast = (high + 0.05) / (low + 0.05)
      return contrast < 4.5 ? [`${element.textContent}: ${contrast.toFixed(2)}`] : []
    })
  }
}
