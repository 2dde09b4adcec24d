import * as Data from "effect/Data"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** What a body fails with where its connection is to be closed in the middle. */
export class CutOff extends Data.TaggedError("CutOff")<{}> {}

/** How a connection ends before anything was answered on it: closed, reset, or reset and refused for `millis`. */
export type Loss =
  | { readonly how: "close" | "reset" }
  | { readonly how: "refuse"; readonly millis: number }

class LostConnection {
  readonly loss: Loss
  constructor(loss: Loss) {
    this.loss = loss
  }
}

/** Stands for an answer that does not come: whoever writes answers ends the connection. */
export const lostConnection = (loss: Loss): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.raw(new LostConnection(loss))

/** How the connection is to end instead of this answer, if it is. */
export const lossOf = ({ body }: HttpServerResponse.HttpServerResponse): Loss | undefined =>
  body._tag === "Raw" && body.body instanceof LostConnection ? body.body.loss : undefined
