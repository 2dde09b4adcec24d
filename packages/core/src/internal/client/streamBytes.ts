import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { BytesEndpoint } from "../../Endpoint.ts"
import type { MistralError } from "../../MistralError.ts"
import type * as RequestOptions from "../../RequestOptions.ts"
import type { Target } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import type { ClientConfig } from "./clientConfig.ts"
import { resumeBytes } from "./resumeBytes.ts"
import { type OpenStream, type StreamedCall, streamResponse } from "./streamResponse.ts"

/** Sends a request and streams the bytes of its response, in one span. The socket is read as fast as the stream is. */
export const streamBytes = <Request>(
  config: ClientConfig,
  endpoint: BytesEndpoint<Request>,
  request: Request,
  callOptions: (RequestOptions.RequestOptions & Target) | undefined
): Stream.Stream<Uint8Array, MistralError> =>
  streamResponse(
    config,
    endpoint,
    request,
    callOptions,
    "application/octet-stream",
    (streamed, response) =>
      Effect.succeed(
        endpoint.resumable === true ? resumeBytes(config.sender, streamed, response) : readBytes(streamed, response)
      )
  )

const readBytes = ({ call }: StreamedCall, { body, close }: OpenResponse): OpenStream<Uint8Array> => ({
  next: body.readUntil((bytes) => {
    if (bytes === undefined) return undefined
    call.progress.chunks += bytes.length
    return Effect.succeed(bytes)
  }),
  release: close
})
