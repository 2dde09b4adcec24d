import type { MistralError } from "../../MistralError.ts"
import { Timeout } from "../../MistralErrorReason.ts"
import type { ExpiredLimit } from "../timeout/deadline.ts"
import type { Call } from "./call.ts"

/** The error of a call whose time limit has expired. */
export const timeoutError = (call: Call, expired: ExpiredLimit, requestId?: string): MistralError =>
  call.error(new Timeout({ ...expired, chunks: call.progress.chunks, requestId }))
