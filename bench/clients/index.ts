/** The contenders, the floor first. To add one, add a file and a line here. */
import type { Client } from "./Client.ts"

type Load = () => Promise<{ readonly client: Client }>

export const clients = new Map<string, Load>(Object.entries<Load>({
  floor: () => import("./floor.ts"),
  "eventsource-parser": () => import("./eventsourceParser.ts"),
  mistralai: () => import("./mistralai.ts"),
  openai: () => import("./openai.ts"),
  "ai-sdk": () => import("./aiSdk.ts"),
  "ai-streamText": () => import("./aiStreamText.ts"),
  "naive-effect": () => import("./naiveEffect.ts"),
  undici: () => import("./undici.ts"),
  "ours-fetch": () => import("./oursFetch.ts"),
  "ours-effect-fetch": () => import("./oursEffectFetch.ts"),
  "ours-undici": () => import("./oursUndici.ts"),
  "ours-node": () => import("./oursNode.ts"),
  "ours-each": () => import("./oursEach.ts"),
  "ours-ai": () => import("./oursAi.ts")
}))

export const load = async (name: string): Promise<Client> => {
  const found = clients.get(name)
  if (found === undefined) throw new Error(`No contender ${name}; there are: ${[...clients.keys()].join(", ")}`)
  return (await found()).client
}
