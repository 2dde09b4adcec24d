import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { RecordCompletion } from "../../completion/completionRecord.ts"
import type { Settings } from "../../settings/settings.ts"
import { ifAvailable, whileAvailable } from "../../storage/databaseTrouble.ts"
import { EmulatorDatabase } from "../../storage/emulatorDatabase.ts"
import { runCampaign, unfinishedCampaigns } from "../campaigns/campaignRun.ts"
import { runImport, unfinishedImports } from "../datasets/importRun.ts"
import { recordCompletion } from "../events/completionEvent.ts"
import { demoEvents } from "../events/demoEvents.ts"
import { addEvents, countEvents } from "../events/eventStore.ts"
import type { NewEvent } from "../events/newEvent.ts"

/** Stores events of completions, and runs campaigns and imports in the background. */
export class Observability extends Context.Service<Observability, {
  /** Stores the event of a completion. While the database is unavailable, none is stored. */
  readonly record: RecordCompletion
  /** Adds events, all or none, and gives their ids. */
  readonly addEvents: (events: Iterable<NewEvent>) => Effect.Effect<ReadonlyArray<string>>
  /** Starts a campaign. It stops with the service, and is resumed when the database is opened again. */
  readonly startCampaign: (id: string) => Effect.Effect<void>
  /** Starts an import. It stops and is resumed in the same way. */
  readonly startImport: (id: string) => Effect.Effect<void>
}>()("@effect-mistral/emulator/internal/Observability") {}

/** Records completions, and resumes the campaigns and imports that an earlier process left. */
export const layerObservability = (settings: Settings): Layer.Layer<Observability, never, EmulatorDatabase> =>
  Layer.effect(
    Observability,
    Effect.gen(function*() {
      const database = yield* EmulatorDatabase
      const scope = yield* Effect.scope
      const add = (events: Iterable<NewEvent>) =>
        Effect.map(Clock.currentTimeMillis, (now) => addEvents(database, events, now))
      if (settings.demoEvents > 0 && countEvents(database) === 0) {
        yield* add(demoEvents(settings.demoEvents, settings.seed, yield* Clock.currentTimeMillis))
      }
      const startCampaign = (id: string) =>
        Effect.asVoid(Effect.forkIn(whileAvailable(runCampaign(database, id, settings.pace)), scope))
      const startImport = (id: string) =>
        Effect.asVoid(Effect.forkIn(whileAvailable(runImport(database, id, settings.pace)), scope))
      yield* Effect.forEach(unfinishedCampaigns(database), startCampaign, { discard: true })
      yield* Effect.forEach(unfinishedImports(database), startImport, { discard: true })
      const record = recordCompletion(add)
      return Observability.of({
        // A completion is served without its event rather than not at all.
        record: (completed) => ifAvailable(record(completed)),
        addEvents: add,
        startCampaign,
        startImport
      })
    })
  )
