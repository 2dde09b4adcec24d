import * as ToolCallId from "@effect-mistral/core/ToolCallId"

/**
 * Makes ids that Mistral accepts of the ids of calls, no two of them the same. An id that occurs again, or whose hash does,
 * gets another hash. An id depends only on those before it, so that a conversation that goes on keeps its ids.
 */
export const callIds = (): (id: string) => string => {
  const used = new Set<string>()
  return (id) => {
    let made = ToolCallId.fromForeign(id)
    for (let occurrence = 2; used.has(made); occurrence++) made = ToolCallId.fromForeign(`${id} ${occurrence}`)
    used.add(made)
    return made
  }
}
