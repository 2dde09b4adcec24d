import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import type { MistralError } from "../../MistralError.ts"
import * as RetryPolicy from "../../RetryPolicy.ts"
import { type Call, timeoutError } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { type Deadline, startDeadline, withinDeadline } from "../timeout/attemptTimeouts.ts"
import { Attempt, type Sender } from "./attempt.ts"

/**
 * The resources of a call: its span, and the finalizer of its open connection, which must run when the call ends. That is
 * `Attempt.close` of the current attempt, and `EventStream.release` once a stream has started. `onRetry` runs before the
 * request is sent again, also with a new key. The deadline starts when the call is sent first.
 */
export interface CallResources extends Pick<RetryPolicy.RetryOptions, "onRetry"> {
  readonly span: Tracer.Span
  deadline?: Deadline
  finalizer: Effect.Effect<void>
}

/**
 * Sends a call and begins to read its response, with retries, and after a 401 once with a new key.
 *
 * *Details*: a response that reports an error is retried like a response with the status of that error. Any other failure
 * of `read`, such as a truncated response, is only retried with `rereads`: for endpoints that are idempotent and free.
 */
export const sendWithRetry = <A>(
  sender: Sender,
  call: Call,
  resources: CallResources,
  read: (response: OpenResponse) => Effect.Effect<A, MistralError>,
  rereads = false
): Effect.Effect<A, MistralError> =>
  Effect.flatMap(deadlineOf(call, resources), (deadline) => {
    let response: OpenResponse | undefined
    const send = Effect.flatMap(open(sender, call, resources, deadline), (opened) => {
      response = opened
      return Effect.onError(read(opened), () => opened.close)
    })
    const { keyState, options: { apiKey, retry } } = call
    /** Sends the request again, once, if the effect yields another key than the rejected one. */
    const renewKey = (error: MistralError): Effect.Effect<A, MistralError> => {
      const { current, rejected } = keyState
      if (error.reason._tag !== "Authentication") return Effect.fail(error)
      keyState.rejected = current
      if (rejected !== undefined) return Effect.fail(error)
      keyState.refusal = error
      keyState.onRenewed = resources.onRetry
      response = undefined
      return send
    }
    const attempt = Effect.isEffect(apiKey) ? Effect.catch(send, renewKey) : send
    const policy: RetryPolicy.RetryPolicy = {
      ...retry,
      while: (error) => {
        const mayRepeat = response === undefined || rereads || (error.status ?? 0) >= 400
        response = undefined
        return mayRepeat && retry.while(error)
      }
    }
    const attempts = retry === RetryPolicy.none ? attempt : Effect.catch(attempt, (error) =>
      // The policy may make spans, which belong to the call. A call that does not fail needs no change of its context.
      Effect.provideService(
        RetryPolicy.retryFailed(error, attempt, policy, { idempotent: call.idempotent, onRetry: resources.onRetry }),
        Tracer.ParentSpan,
        resources.span
      ))
    // Each attempt has its own limit to the first byte. The deadline also ends the delays between attempts.
    return withinDeadline(attempts, deadline, (expired) => timeoutError(call, expired))
  })

const deadlineOf = (call: Call, resources: CallResources): Effect.Effect<Deadline> =>
  resources.deadline !== undefined
    ? Effect.succeed(resources.deadline)
    : Effect.map(startDeadline(call.options.timeout.total), (deadline) => resources.deadline = deadline)

const open = (
  sender: Sender,
  call: Call,
  resources: CallResources,
  deadline: Deadline
): Effect.Effect<OpenResponse, MistralError> =>
  Effect.withFiber((fiber) => {
    const attempt = new Attempt(sender, call, deadline, resources.span, fiber)
    resources.finalizer = attempt.close
    return Effect.onError(attempt.open(), () => attempt.close)
  })
