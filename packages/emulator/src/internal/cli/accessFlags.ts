import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Redacted from "effect/Redacted"

/** The flags for who may use the emulator. */
export const accessFlags = {
  adminKey: Flag.Redacted("admin-key").pipe(
    Flag.withDescription("The key of the admin API, or EMULATOR_ADMIN_KEY; a random one unless given"),
    Flag.filter((key) => Redacted.value(key).trim() !== "", () => "a key that is not empty"),
    Flag.withFallbackConfig(Config.Redacted("EMULATOR_ADMIN_KEY")),
    Flag.withDefault(undefined)
  ),
  cors: Flag.String("cors").pipe(
    Flag.withDescription("The origin of a web page that may read responses; may be repeated"),
    Flag.atLeast(0)
  )
}
