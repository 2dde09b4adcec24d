import * as Flag from "effect/cli/Flag"
import * as Redacted from "effect/Redacted"
import { withDefault } from "./describedFlag.ts"
import { atLeast, within } from "./numberFlags.ts"

/** The flags for where the emulator listens, its key, what it keeps and what it prints. */
export const serverFlags = {
  port: Flag.Int("port").pipe(
    within(0, 65_535),
    withDefault("The port to listen on; 0 for a free one", 8080)
  ),
  host: Flag.String("host").pipe(withDefault("The address to listen on", "127.0.0.1")),
  apiKey: Flag.Redacted("api-key").pipe(
    Flag.filter((key) => Redacted.value(key).trim() !== "", () => "a key that is not empty"),
    withDefault("The key that clients must send", Redacted.make("emulator-key"), "emulator-key")
  ),
  database: Flag.String("database").pipe(
    withDefault("The file of the database, which only its owner can read; :memory: for none", ":memory:")
  ),
  demoEvents: Flag.Int("demo-events").pipe(
    atLeast(0),
    withDefault("The number of demonstration events for an empty database", 0)
  ),
  verbosity: Flag.Literals("verbosity", ["quiet", "requests", "headers"]).pipe(
    withDefault(
      "How requests are printed: not at all, as one line, or with headers; never a key or a body",
      "quiet"
    )
  )
}
