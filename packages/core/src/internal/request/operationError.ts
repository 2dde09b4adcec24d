import type { Endpoint } from "../../Endpoint.ts"
import { MistralError, type MistralErrorReason } from "../../MistralError.ts"

/** The part of an endpoint that errors report. */
export type Operation = Pick<Endpoint<unknown, unknown>, "name" | "method" | "path">

/** The error of an operation. */
export const operationError = (operation: Operation, reason: MistralErrorReason): MistralError =>
  new MistralError({ operation: operation.name, method: operation.method, path: operation.path, reason })
