import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Server } from "node:http"
import { CutOff, type Loss, lossOf } from "../http/connectionLoss.ts"
import { withBody } from "../http/responseBody.ts"
import { isUpload } from "../http/uploadRequest.ts"

/** Sends responses over a server's sockets, and ends connections where a response requires it. */
export const socketDelivery = Effect.fnUntraced(function*(
  server: Server,
  address: { readonly host: string; readonly port: number }
) {
  const scope = yield* Effect.scope
  let refusing = false

  // A keep-alive connection would delay the shutdown by seconds.
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))

  const listen = Effect.callback<void, unknown>((resume) => {
    const failed = (error: Error) => resume(Effect.fail(error))
    server.once("error", failed)
    server.listen(address, () => {
      server.off("error", failed)
      resume(Effect.void)
    })
    return Effect.sync(() => server.close())
  })

  const refuse = Effect.fnUntraced(function*(millis: number) {
    refusing = true
    server.close()
    yield* Effect.sleep(millis)
    // Another process may hold the port for a moment.
    yield* Effect.retry(listen, Schedule.spaced("50 millis"))
    refusing = false
  })

  const endConnection = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, loss: Loss) {
    if (loss.how === "refuse") yield* Effect.forkIn(refuse(loss.millis), scope, { startImmediately: true })
    const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
    yield* Effect.sync(() => loss.how === "close" ? socket.destroy() : socket.resetAndDestroy())
    // The server interrupts the handler of a closed connection.
    return yield* Effect.interruptible(Effect.never)
  })

  return <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      // An open connection outlives the listening socket.
      if (refusing) return endConnection(request, { how: "reset" })
      return Effect.flatMap(app, (response) => {
        const loss = lossOf(response)
        if (loss !== undefined) return endConnection(request, loss)
        const { body } = response
        return Effect.as(
          isUpload({ method: request.method, path: request.url }) ? bodyRead(request) : Effect.void,
          body._tag === "Stream"
            ? withBody(
              response,
              Stream.catchIf(
                body.stream,
                (error) => error instanceof CutOff,
                () => Stream.fromEffectDrain(closeAfterWrites(request))
              ),
              body.contentLength
            )
            : response
        )
      })
    })
})

/**
 * Waits until the client has sent its body, whether or not the app has read it.
 *
 * *Details*: after a response to half of a form, Node's `fetch` rejects a promise that nobody handles, which ends the
 * process of the client.
 */
const bodyRead = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    const done = () => resume(Effect.void)
    if (source.readableEnded || source.destroyed) return done()
    source.once("end", done).once("close", done).resume()
    return Effect.sync(() => source.off("end", done).off("close", done))
  })

/** Closes a connection after all writes are handed to the operating system. */
const closeAfterWrites = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<never> =>
  Effect.callback<never>(() => {
    const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
    // The first write is held back until the end of the turn, to be sent together with the headers.
    process.nextTick(() => socket.write("", () => socket.destroy()))
  })
