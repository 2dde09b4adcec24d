import * as ToolCallId from "@effect-mistral/core/ToolCallId"

/**
 * The name under which a tool is sent. Mistral takes names of 1 to 64 letters, digits, `_` and `-`; other names, which MCP
 * servers have, are cleaned and end with a hash, so that two of them never become the same.
 *
 * It depends on the name alone, so that tools, calls and results of a conversation agree in it.
 */
export const functionName = (name: string): string =>
  /^[\w-]{1,64}$/.test(name)
    ? name
    : `${name.replace(/[^\w-]/g, "_").slice(0, 54)}_${ToolCallId.fromForeign(name)}`
