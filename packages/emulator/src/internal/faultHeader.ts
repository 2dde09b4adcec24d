import * as Result from "effect/Result"
import { Fault } from "../Fault.ts"
import { type Asked, misfit } from "./faultFit.ts"
import { badRequest, type Refusal } from "./refusal.ts"
import { strictValue } from "./strictValue.ts"

/** The request header that says what shall go wrong with this one request. */
export const faultHeader = "x-emulator-fault"

/** A fault that makes no sense, as an answer. */
export const invalidFault = (message: string, param: string | undefined): Refusal =>
  badRequest({ message, type: "invalid_fault", ...(param === undefined ? undefined : { param }) })

const readFault = strictValue(Fault)

/** A fault as a request names it: JSON, or its type alone where nothing else is needed. */
export const readHeader = (text: string, asked: Asked): Result.Result<Fault, Refusal> =>
  readFault(valueOf(text)).pipe(
    Result.flatMap((fault) => {
      const problem = problemOf(fault, asked)
      return problem === undefined ? Result.succeed(fault) : Result.fail(problem)
    }),
    Result.mapError((message) => invalidFault(message, faultHeader))
  )

const problemOf = (fault: Fault, asked: Asked): string | undefined => {
  if (fault.type === "refuse") return "refuse is not about one request: arm it for the next"
  const reason = misfit(fault, asked)
  return reason === undefined ? undefined : `${reason}, and this request is for none`
}

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return { type: text.trim() }
  }
}
