import * as Effect from "effect/Effect"
import { makeFaultQueue } from "../faults/faultQueue.ts"
import { type AddedFile, addUploadedFile } from "../files/addedFile.ts"
import { RequestLog } from "../log/requestLog.ts"
import { Observability } from "../observability/service/observabilityService.ts"
import type { Scoped } from "../remote/scoped.ts"
import { makeRuleStore } from "../script/ruleStore.ts"
import { scopeHeader, scopeName } from "../script/scopeName.ts"
import type { Settings } from "../settings/settings.ts"
import { EmulatorDatabase } from "../storage/emulatorDatabase.ts"
import { makeApp } from "./app.ts"

/** Makes an emulator: its HTTP app, and the service for programs. */
export const makeService = Effect.fnUntraced(function*(
  settings: Settings,
  /** Where it listens; without a port it is in memory. */
  place: { readonly url: string; readonly port: number }
) {
  const log = yield* RequestLog
  const { addEvents } = yield* Observability
  const database = yield* EmulatorDatabase
  const faults = makeFaultQueue(settings.seed)
  const store = yield* makeRuleStore(settings.script, settings.strict)
  const app = yield* makeApp(settings, faults, store, place.port === 0)
  const service = {
    ...place,
    apiKey: settings.apiKey,
    adminKey: settings.adminKey,
    requests: log.requests,
    active: log.active,
    addEvents,
    addFile: (content: string, options?: AddedFile) => addUploadedFile(database, content, options),
    faults,
    rules: store.rules,
    replaceScript: store.replaceScript,
    scoped: (text: string): Scoped => {
      const name = scopeName(text)
      return {
        name,
        headers: { [scopeHeader]: name },
        rules: store.scoped(name),
        faults: faults.scoped(name),
        requests: Effect.map(log.requests, (all) => all.filter(({ scope }) => scope === name))
      }
    }
  }
  return { app, service }
})
