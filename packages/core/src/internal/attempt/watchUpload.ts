import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpBody from "effect/http/HttpBody"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"

/**
 * The same body, whose stream tells how far it has been sent: `onPull` runs when the transport waits for its next part, and
 * with the exit of that pull when it was given a part, or when the stream has ended or failed.
 */
export const watchUpload = (
  body: HttpBody.Stream,
  onPull: (exit?: Exit.Exit<unknown, unknown>) => void
): HttpBody.Stream =>
  HttpBody.stream(
    Stream.transformPull(body.stream, (pull) =>
      Effect.succeed(Effect.suspend(() => {
        onPull()
        return Effect.onExit(pull, (exit) => {
          const tell = Effect.sync(() => onPull(exit))
          // The request of a stream that fails is aborted, which crashes workerd while it is pulling the stream.
          return Exit.isSuccess(exit) || Pull.isDoneCause(exit.cause) ? tell : Effect.andThen(Effect.yieldNow, tell)
        })
      }))),
    body.contentType,
    body.contentLength
  )
