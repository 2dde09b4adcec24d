/**
 * Makes and changes elements.
 *
 * Everything that a request or a response holds reaches the page as text: no function here takes HTML.
 */

/** @typedef {Node | string | undefined | false} Child */
/** @typedef {string | number | boolean | undefined | ((event: Event) => void)} Attribute */

/**
 * Makes an element. A function is a listener of the event that the attribute names (`click`); `true` sets an attribute
 * without a value, and `undefined` and `false` leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, Attribute>>} attributes
 * @param {ReadonlyArray<Child>} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value)
    else if (value === true) made.setAttribute(key, "")
    else if (value !== undefined && value !== false) made.setAttribute(key, String(value))
  }
  append(made, children)
  return made
}

/**
 * Replaces the children of an element.
 *
 * @param {Element} parent
 * @param {ReadonlyArray<Child>} children
 */
export const fill = (parent, ...children) => {
  parent.replaceChildren()
  append(parent, children)
}

/**
 * @param {Element} parent
 * @param {ReadonlyArray<Child>} children
 */
const append = (parent, children) => {
  parent.append(...children.filter((child) => child !== undefined && child !== false))
}

/**
 * Changes the text of an element. A text that grows is appended to, so that what a person has selected stays selected.
 *
 * @param {Element} parent
 * @param {string} text
 */
export const setText = (parent, text) => {
  const node = parent.firstChild
  if (parent.childNodes.length !== 1 || !(node instanceof Text)) {
    parent.textContent = text
    return
  }
  if (node.data === text) return
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length))
  else node.data = text
}

/**
 * Finds an element of the page by its id.
 *
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export const find = (id, kind) => {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} with the id ${id}`)
  return found
}
