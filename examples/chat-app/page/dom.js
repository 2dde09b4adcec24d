/** Makes elements. Texts of the model and of people reach the page as text only: no function here takes HTML. */

/** @typedef {Node | string} Child */

/**
 * Makes an element with attributes and children.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {ReadonlyArray<Child>} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/**
 * Makes a button that calls a function.
 *
 * @param {string} text
 * @param {() => void} onClick
 * @returns {HTMLButtonElement}
 */
export const button = (text, onClick) => {
  const made = element("button", { type: "button" }, text)
  made.addEventListener("click", onClick)
  return made
}

/**
 * The element of the page with an id.
 *
 * @template {HTMLElement} Type
 * @param {string} id
 * @param {new () => Type} type
 * @returns {Type}
 */
export const byId = (id, type) => {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`The page has no #${id}`)
  return found
}
