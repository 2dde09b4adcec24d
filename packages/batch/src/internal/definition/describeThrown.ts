/**
 * Says that a function threw, with the name of the exception and the place in the source. Its message is left out: it may quote
 * a prompt.
 */
export const describeThrown = (what: string, thrown: unknown): string => {
  if (!(thrown instanceof Error)) return `${what} threw`
  const name = identifier.test(thrown.name) ? thrown.name : "an error"
  const place = placeOf(thrown)
  return place === undefined ? `${what} threw ${name}` : `${what} threw ${name} at ${place}`
}

const identifier = /^[\w$]{1,60}$/

/** File, line and column of the function that threw, without the folders, where the engine's stack begins with the message. */
const placeOf = ({ message, stack }: Error): string | undefined => {
  const end = typeof stack === "string" && typeof message === "string" ? stack.indexOf(message) : -1
  if (stack === undefined || end === -1) return undefined
  const [, file, line, column] = frame.exec(stack.slice(end + message.length)) ?? []
  return file === undefined ? undefined : `${file}:${line}:${column}`
}

const frame = /^\s*at .*?([\w.-]+):(\d+):(\d+)\)?$/m
