import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type { Fault } from "../../Fault.ts"
import { CutOff, lostConnection } from "../http/connectionLoss.ts"
import { withBody } from "../http/responseBody.ts"
import { CurrentHiddenUpload } from "../http/uploadRequest.ts"
import { type Bytes, dripped, endlessSpaces, firstBytes, insideCharacter } from "./byteFaults.ts"
import { faultyEvents } from "./eventFaults.ts"
import type { TakenFault } from "./faultQueue.ts"
import { isJobFault, type JobFault, needsStream } from "./faultTarget.ts"
import { CurrentJobFault } from "./jobFault.ts"
import { statusResponse } from "./statusResponse.ts"

type Response = HttpServerResponse.HttpServerResponse

/** The fault with a type. */
type Of<Type extends Fault["type"]> = Extract<Fault, { readonly type: Type }>

/** Responds with a fault. A fault that does not fit the response is put back for another request. */
export const faultyResponse = <R>(
  { fault, putBack }: TakenFault,
  respond: Effect.Effect<Response, never, R>,
  onFault: Effect.Effect<void>
): Effect.Effect<Response, never, R> => {
  if (isJobFault(fault)) return withJobFault(fault, putBack, respond, onFault)
  switch (fault.type) {
    case "file_not_found":
      return withHiddenUpload(fault.millis ?? 1000, putBack, respond, onFault)
    case "status":
      return Effect.as(onFault, statusResponse(fault))
    case "delay":
      return Effect.andThen(onFault, Effect.delay(respond, fault.millis))
    case "reset":
      return Effect.as(onFault, lostConnection({ how: "reset" }))
    case "refuse":
      return Effect.as(onFault, lostConnection({ how: "refuse", millis: fault.millis ?? 1000 }))
    case "content_type":
      return Effect.andThen(
        onFault,
        Effect.map(respond, (response) => withType(response, fault.value ?? "text/html"))
      )
    case "stall":
    case "cut":
      if (fault.after_bytes === undefined && fault.after_events === undefined) {
        return Effect.andThen(
          onFault,
          fault.type === "stall" ? Effect.never : Effect.succeed(lostConnection({ how: "close" }))
        )
      }
  }
  return Effect.flatMap(respond, (response) =>
    hasRoom(response, fault)
      // Without a declared length, clients can tell the end of the body from the end of the connection.
      ? Effect.as(onFault, withBody(response, faultyBody(bodyOf(response), fault, isEvents(response))))
      : Effect.as(putBack, response))
}

/** Gives a fault to the job that the request creates. If it creates none, the fault is put back. */
const withJobFault = <R>(
  fault: JobFault,
  putBack: Effect.Effect<void>,
  respond: Effect.Effect<Response, never, R>,
  onFault: Effect.Effect<void>
): Effect.Effect<Response, never, R> =>
  Effect.suspend(() => {
    const current = { fault, stored: false }
    return respond.pipe(
      Effect.provideService(CurrentJobFault, current),
      Effect.tap(() => current.stored ? onFault : putBack)
    )
  })

/** Hides the file that the request uploads. If it uploads none to the emulator, the fault is put back. */
const withHiddenUpload = <R>(
  millis: number,
  putBack: Effect.Effect<void>,
  respond: Effect.Effect<Response, never, R>,
  onFault: Effect.Effect<void>
): Effect.Effect<Response, never, R> =>
  Effect.suspend(() => {
    const hidden = { millis, applied: false }
    return respond.pipe(
      Effect.provideService(CurrentHiddenUpload, hidden),
      Effect.tap(() => hidden.applied ? onFault : putBack)
    )
  })

/** Whether the response has the events or the choices that the fault changes. An error response has neither. */
const hasRoom = (response: Response, fault: Fault): boolean =>
  needsStream(fault) ? isEvents(response) : fault.type !== "missing_finish_reason" || response.status === 200

const isEvents = ({ headers }: Response): boolean => headers["content-type"]?.startsWith("text/event-stream") === true

/** Changes the content type. The body of a stream has a type of its own, which would take precedence. */
const withType = (response: Response, type: string): Response => {
  const { body } = response
  const changed = HttpServerResponse.setHeader(response, "content-type", type)
  return body._tag === "Stream" ? withBody(changed, body.stream, body.contentLength) : changed
}

const bodyOf = ({ body }: Response): Bytes =>
  body._tag === "Stream" ? body.stream : body._tag === "Uint8Array" ? Stream.succeed(body.body) : Stream.empty

const faultyBody = (
  body: Bytes,
  fault: Exclude<Fault, JobFault | Of<"file_not_found" | "status" | "delay" | "reset" | "refuse" | "content_type">>,
  events: boolean
): Bytes => {
  if (fault.type === "drip") return dripped(body, fault.bytes ?? 1, fault.millis ?? 10)
  if ((fault.type === "cut" || fault.type === "stall") && fault.after_bytes !== undefined) {
    return Stream.concat(
      firstBytes(body, fault.after_bytes),
      fault.type === "cut" ? Stream.fail(new CutOff()) : Stream.never
    )
  }
  if (events) return faultyEvents(body, fault)
  switch (fault.type) {
    case "endless":
      return endlessSpaces(body, fault.millis ?? 10)
    case "cut_character":
      return Stream.concat(wholeText(body, insideCharacter), Stream.fail(new CutOff()))
    case "missing_finish_reason":
      return wholeText(body, withoutFinishReason)
    default:
      return body
  }
}

const wholeText = (body: Bytes, change: (text: string) => Uint8Array): Bytes =>
  Stream.fromEffect(Effect.map(Stream.mkString(Stream.decodeText(body)), change))

const withoutFinishReason = (text: string): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify(JSON.parse(text), (key, value: unknown) => key === "finish_reason" ? undefined : value)
  )
