import * as UndiciHttpClient from "@effect-mistral/node/UndiciHttpClient"
import { ours } from "./ours.ts"

export const client = ours("ours-node", UndiciHttpClient.layer)
