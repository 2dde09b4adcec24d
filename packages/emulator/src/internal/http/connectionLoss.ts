import * as Data from "effect/Data"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** The failure of a body whose connection is closed before its end. */
export class CutOff extends Data.TaggedError("CutOff")<{}> {}

/** How a connection ends before a response: closed, reset, or reset with new connections refused for `millis`. */
export type Loss =
  | { readonly how: "close" | "reset" }
  | { readonly how: "refuse"; readonly millis: number }

class LostConnection {
  readonly loss: Loss
  constructor(loss: Loss) {
    this.loss = loss
  }
}

/** A placeholder for a response that is never sent. The delivery ends the connection instead. */
export const lostConnection = (loss: Loss): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.raw(new LostConnection(loss))

/** How the connection ends in place of this response; `undefined` for an ordinary response. */
export const lossOf = ({ body }: HttpServerResponse.HttpServerResponse): Loss | undefined =>
  body._tag === "Raw" && body.body instanceof LostConnection ? body.body.loss : undefined
