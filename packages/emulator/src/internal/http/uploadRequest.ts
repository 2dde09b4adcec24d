import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Whether a request uploads a file. Its body may have 512 MB, so that nothing but the operation and the proxy reads it, and
 * both read it as a stream.
 */
export const isUpload = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === "POST" && /^(?:\/v1)?\/files\/?(?:[?#]|$)/.test(path)

/** Describes the body of the current request in the log of requests, in place of its content. */
export const DescribeBody = Context.Reference<(body: unknown) => Effect.Effect<void>>(
  "@effect-mistral/emulator/internal/DescribeBody",
  { defaultValue: () => () => Effect.void }
)

/** The fault that hides an uploaded file for some time, in milliseconds. `applied` says whether a file was hidden. */
export interface HiddenUpload {
  readonly millis: number
  applied: boolean
}

/** The fault that hides the file of the current upload, if there is one. */
export const CurrentHiddenUpload = Context.Reference<HiddenUpload | undefined>(
  "@effect-mistral/emulator/internal/CurrentHiddenUpload",
  { defaultValue: () => undefined }
)
