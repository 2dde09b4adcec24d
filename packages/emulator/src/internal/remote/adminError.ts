import * as Schema from "effect/Schema"

/** The admin API of an emulator could not be used. The message says why. */
export class AdminError extends Schema.TaggedError<AdminError>("@effect-mistral/emulator/AdminError")("AdminError", {
  message: Schema.String
}) {}
