import type { Endpoint } from "../Endpoint.ts"
import { MistralError, type MistralErrorReason } from "../MistralError.ts"

/** What an error says of the operation that failed. */
export type Operation = Pick<Endpoint<unknown, unknown>, "name" | "method" | "path">

export const failed = (operation: Operation, reason: MistralErrorReason): MistralError =>
  new MistralError({ operation: operation.name, method: operation.method, path: operation.path, reason })
