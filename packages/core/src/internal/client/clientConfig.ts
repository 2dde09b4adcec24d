import type { Deployment } from "../../Deployment.ts"
import type { Resolved } from "../../RequestOptions.ts"
import type { Sender } from "../attempt/attempt.ts"

/** A client as its calls see it: where they go, how they are sent, and the options that they start from. */
export interface ClientConfig {
  readonly deployment: Deployment
  readonly options: Resolved
  readonly sender: Sender
}
