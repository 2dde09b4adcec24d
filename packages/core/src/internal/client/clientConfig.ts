import type { Deployment } from "../../Deployment.ts"
import type { Resolved } from "../../RequestOptions.ts"
import type { Sender } from "../attempt/attempt.ts"
import { makeServer, type Server } from "../request/server.ts"

/** A client as its calls see it: where they go, how they are sent, and the options that they start from. */
export interface ClientConfig {
  readonly deployment: Deployment
  readonly options: Resolved
  readonly sender: Sender
  /** The server of calls that have no base URL of their own. */
  readonly server: Server
}

/** The server of a call. */
export const serverOf = ({ deployment, options, server }: ClientConfig, callOptions: Resolved): Server =>
  callOptions.baseUrl === options.baseUrl ? server : makeServer(deployment, callOptions.baseUrl)
