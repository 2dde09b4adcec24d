import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { ours } from "./ours.ts"

export const client = ours("ours-undici", NodeHttpClient.layerUndici)
