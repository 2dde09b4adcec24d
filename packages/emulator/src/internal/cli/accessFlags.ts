import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Redacted from "effect/Redacted"
import { isHostSetting } from "../access/hostName.ts"
import { expectedOrigin, isOriginSetting } from "../access/origin.ts"
import { repeated, withoutDefault } from "./describedFlag.ts"

/** The flags for who may use the emulator. */
export const accessFlags = {
  adminKey: Flag.Redacted("admin-key").pipe(
    Flag.filter((key) => Redacted.value(key).trim() !== "", () => "a key that is not empty"),
    Flag.withFallbackConfig(Config.Redacted("EMULATOR_ADMIN_KEY")),
    withoutDefault("The key of the admin API, or EMULATOR_ADMIN_KEY (default: a random one, which is printed)")
  ),
  cors: Flag.String("cors").pipe(
    Flag.filter(isOriginSetting, () => expectedOrigin),
    repeated("The origin of web pages that may read responses, such as http://localhost:3000 (default: none)")
  ),
  allowedHosts: Flag.String("allow-host").pipe(
    Flag.filter(isHostSetting, () => "the name of a host, without a scheme"),
    repeated(
      "A further host name that requests to a loopback address may have, such as that of a proxy (default: none)"
    )
  )
}
