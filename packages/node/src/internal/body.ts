import type { Dispatcher } from "@effect/platform-node/Undici"
import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"

/** What comes from the socket, kept until it is read. */
export interface Body {
  readonly start: (controller: Pick<Dispatcher.DispatchController, "pause" | "resume">) => void
  readonly push: (chunk: Uint8Array) => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
  /** All that waits, or the next that comes. */
  readonly pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, unknown>
}

type Waiting = (pull: Body["pull"]) => void

export const makeBody = (highWaterMark: number): Body => {
  let chunks: Array<Uint8Array> = []
  let size = 0
  let paused = false
  let over: Body["pull"] | undefined
  let waiting: Waiting | undefined
  let controller: Pick<Dispatcher.DispatchController, "pause" | "resume"> | undefined

  const take = (): Arr.NonEmptyReadonlyArray<Uint8Array> => {
    const taken = chunks
    chunks = []
    size = 0
    if (paused) {
      paused = false
      controller?.resume()
    }
    return taken as unknown as Arr.NonEmptyReadonlyArray<Uint8Array>
  }

  const wake = (pull: Body["pull"]): boolean => {
    const waiter = waiting
    waiting = undefined
    waiter?.(pull)
    return waiter !== undefined
  }

  const finish = (pull: Body["pull"]) => {
    over = pull
    wake(pull)
  }

  const next: Body["pull"] = Effect.callback((resume) => {
    waiting = resume
    return Effect.sync(() => {
      if (waiting === resume) waiting = undefined
    })
  })

  return {
    start: (started) => {
      controller = started
    },
    push: (chunk) => {
      if (wake(Effect.succeed([chunk]))) return
      chunks.push(chunk)
      size += chunk.length
      if (size >= highWaterMark && !paused) {
        paused = true
        controller?.pause()
      }
    },
    end: () => finish(Cause.done()),
    fail: (error) => finish(Effect.fail(error)),
    pull: Effect.suspend(() => chunks.length > 0 ? Effect.succeed(take()) : over ?? next)
  }
}
