import * as Result from "effect/Result"
import { Fault } from "../../Fault.ts"
import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import { strictDecoder } from "../json/strictDecoder.ts"
import { type FaultTarget, notApplicable } from "./faultTarget.ts"

/** The request header that selects a fault for one request. */
export const faultHeader = "x-emulator-fault"

/** The error response to a fault that is not valid. */
export const invalidFault = (message: string, param: string | undefined): ErrorResponse =>
  badRequest({ message, type: "invalid_fault", ...(param === undefined ? undefined : { param }) })

const readFault = strictDecoder(Fault)

/** Reads a fault from the header: JSON, or only the type if nothing else is needed. */
export const readHeader = (text: string, target: FaultTarget): Result.Result<Fault, ErrorResponse> =>
  readFault(valueOf(text)).pipe(
    Result.flatMap((fault) => {
      const problem = problemOf(fault, target)
      return problem === undefined ? Result.succeed(fault) : Result.fail(problem)
    }),
    Result.mapError((message) => invalidFault(message, faultHeader))
  )

const problemOf = (fault: Fault, target: FaultTarget): string | undefined => {
  if (fault.type === "refuse") return "refuse does not apply to one request: arm it for the next one"
  const reason = notApplicable(fault, target)
  return reason === undefined ? undefined : `${reason}, which this request is not`
}

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return { type: text.trim() }
  }
}
