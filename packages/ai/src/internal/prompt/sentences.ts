/** The result of a call that has none, because the conversation was left before it was carried out. */
export const notCarriedOut = "This tool call was not carried out, so it has no result."

/** What the assistant says between a tool result and a message of the user or the system, where it said nothing. */
export const afterResults = "I have the results of the tool calls."
