import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Server } from "node:http"
import { CutOff, type Loss, lossOf } from "../http/connectionLoss.ts"
import { withBody } from "../http/responseBody.ts"

/** Sends answers over the sockets of a server, and ends connections where an answer says so. */
export const socketDelivery = Effect.fnUntraced(function*(
  server: Server,
  address: { readonly host: string; readonly port: number }
) {
  const scope = yield* Effect.scope
  let refusing = false

  // A connection that is kept alive would keep the server from closing for seconds.
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
    // Somebody else may hold the port for a moment.
    yield* Effect.retry(listen, Schedule.spaced("50 millis"))
    refusing = false
  })

  const lose = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, loss: Loss) {
    if (loss.how === "refuse") yield* Effect.forkIn(refuse(loss.millis), scope, { startImmediately: true })
    const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
    yield* Effect.sync(() => loss.how === "close" ? socket.destroy() : socket.resetAndDestroy())
    // The server interrupts whoever answers on a connection that is closed.
    return yield* Effect.interruptible(Effect.never)
  })

  return <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      // A connection may outlive the listening socket.
      if (refusing) return lose(request, { how: "reset" })
      return Effect.flatMap(app, (response) => {
        const loss = lossOf(response)
        if (loss !== undefined) return lose(request, loss)
        const { body } = response
        return Effect.succeed(
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

/** Closes a connection once everything that was written has been handed to the system. */
const closeAfterWrites = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<never> =>
  Effect.callback<never>(() => {
    const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
    // The first write of an answer is held back until the end of the turn, to go out together with the headers.
    process.nextTick(() => socket.write("", () => socket.destroy()))
  })
