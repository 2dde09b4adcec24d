import { UndiciHttpClient } from "@effect-mistral/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici, { type Dispatcher } from "@effect/platform-node/Undici"
import { Context, Effect, Layer } from "effect"
import { HttpClient } from "effect/http"

/** The `UndiciHttpClient` over a dispatcher. */
export const client = (dispatcher: Dispatcher) =>
  Effect.map(
    Layer.build(UndiciHttpClient.layerNoDispatcher.pipe(
      Layer.provide(Layer.succeed(NodeHttpClient.Dispatcher, dispatcher))
    )),
    (context) => Context.get(context, HttpClient.HttpClient)
  )

/** A dispatcher without sockets: it records the options of every request, and `respond` plays undici's part. */
export class FakeDispatcher extends Undici.Dispatcher {
  readonly options: Array<Dispatcher.DispatchOptions> = []
  readonly #respond: (handler: Required<Dispatcher.DispatchHandler>, controller: FakeController) => void

  constructor(respond: (handler: Required<Dispatcher.DispatchHandler>, controller: FakeController) => void) {
    super()
    this.#respond = respond
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.options.push(options)
    // Only methods that the handlers of this package have are called.
    this.#respond(handler as Required<Dispatcher.DispatchHandler>, new FakeController())
    return true
  }
}

/** Records the calls of a handler. */
export class FakeController implements Dispatcher.DispatchController {
  calls: Array<string> = []
  readonly aborted = false
  readonly paused = false
  readonly reason = null
  rawHeaders: Array<string> | null = ["name", "value"]

  abort(reason: Error): void {
    this.calls.push(`abort: ${reason.message}`)
  }

  pause(): void {
    this.calls.push("pause")
  }

  resume(): void {
    this.calls.push("resume")
  }
}

/** Plays a whole response. */
export const respond = (
  handler: Required<Dispatcher.DispatchHandler>,
  controller: FakeController,
  { body = "", headers = {}, status = 200 }: {
    readonly status?: number
    readonly headers?: Readonly<Record<string, string | Array<string>>>
    readonly body?: string
  }
): void => {
  handler.onRequestStart(controller, undefined)
  handler.onResponseStart(controller, status, headers)
  if (body !== "") handler.onResponseData(controller, Buffer.from(body))
  handler.onResponseEnd(controller, {})
}
