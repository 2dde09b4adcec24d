import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"

/** A stream of the platform, and how its Effect stream failed, if it has. */
export interface Readable {
  readonly stream: ReadableStream<Uint8Array>
  readonly failure: Cause.Cause<unknown> | undefined
  /** Interrupts the Effect stream. */
  readonly close: () => void
}

/**
 * Makes a stream of the platform that is read as fast as its reader takes it: the Effect stream goes on when all that it has
 * made was read (backpressure).
 *
 * `Stream.toReadableStream` of Effect would make every bundle larger by 3 kB.
 */
export const toReadable = (stream: Stream.Stream<Uint8Array, unknown>, context: Context.Context<never>): Readable => {
  let onPull = () => {}
  let interrupt = () => {}
  let failure: Cause.Cause<unknown> | undefined
  const close = () => interrupt()
  return {
    stream: new ReadableStream<Uint8Array>({
      start: (controller) => {
        const pulled = Effect.callback<void>((resume) => {
          onPull = () => resume(Effect.void)
        })
        const enqueue = (pieces: ReadonlyArray<Uint8Array>) => {
          for (const piece of pieces) controller.enqueue(piece)
          return pulled
        }
        interrupt = Effect.runCallbackWith(context)(
          Effect.andThen(pulled, Stream.runForEachArray(stream, enqueue)),
          {
            onExit: (exit) => {
              if (Exit.isSuccess(exit)) return controller.close()
              failure = exit.cause
              controller.error(Cause.squash(exit.cause))
            }
          }
        )
      },
      pull: () => onPull(),
      cancel: close
    }, { highWaterMark: 0 }),
    get failure() {
      return failure
    },
    close
  }
}
