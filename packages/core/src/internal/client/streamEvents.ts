import type * as Stream from "effect/Stream"
import type { StreamEndpoint } from "../../Endpoint.ts"
import type { MistralError } from "../../MistralError.ts"
import type * as RequestOptions from "../../RequestOptions.ts"
import type { Target } from "../request/call.ts"
import { jsonReader } from "../schema/jsonReader.ts"
import { fastPathOf } from "../stream/chunkFastPath.ts"
import { makeEventStream } from "../stream/eventStream.ts"
import type { ClientConfig } from "./clientConfig.ts"
import { streamResponse } from "./streamResponse.ts"

/** Sends a request and streams the events of its response, in one span. */
export const streamEvents = <Request, Event>(
  config: ClientConfig,
  endpoint: StreamEndpoint<Request, Event>,
  request: Request,
  callOptions: (RequestOptions.RequestOptions & Target) | undefined
): Stream.Stream<Event, MistralError> =>
  streamResponse(
    config,
    endpoint,
    request,
    callOptions,
    "text/event-stream",
    ({ call, options, server, telemetry }, response) => {
      const reader = jsonReader(endpoint.event, endpoint.repair)
      return makeEventStream(call, response, reader, {
        endpoint,
        endsByFinishReason: server.deployment.endOfStream === "finishReason",
        fastPath: options.fastPath ? fastPathOf(endpoint.event, reader) : undefined,
        choices: telemetry.choices,
        onValue: (event) => telemetry.onValue(event, call.scrubHeader),
        onValues: telemetry.onValues
      })
    }
  )
