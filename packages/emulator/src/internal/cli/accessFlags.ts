import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Redacted from "effect/Redacted"
import { hostName } from "../access/hostName.ts"
import { expectedOrigin, isOriginSetting } from "../access/origin.ts"

/** The flags for who may use the emulator. */
export const accessFlags = {
  adminKey: Flag.Redacted("admin-key").pipe(
    Flag.withDescription("The key of the admin API, or EMULATOR_ADMIN_KEY; a random one unless given"),
    Flag.filter((key) => Redacted.value(key).trim() !== "", () => "a key that is not empty"),
    Flag.withFallbackConfig(Config.Redacted("EMULATOR_ADMIN_KEY")),
    Flag.withDefault(undefined)
  ),
  cors: Flag.String("cors").pipe(
    Flag.withDescription(
      "The origin of web pages that may read responses, such as http://localhost:3000; may be repeated"
    ),
    Flag.filter(isOriginSetting, () => expectedOrigin),
    Flag.atLeast(0)
  ),
  allowedHosts: Flag.String("allow-host").pipe(
    Flag.withDescription(
      "A further host name that requests to this machine may have, such as that of a proxy; may be repeated"
    ),
    Flag.filter((name) => hostName(name) !== undefined, () => "a name without a scheme and a port"),
    Flag.atLeast(0)
  )
}
