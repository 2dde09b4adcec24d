import type * as MessageStorage from "effect/cluster/MessageStorage"
import type * as Sharding from "effect/cluster/Sharding"
import type * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SingleRunner from "effect/cluster/SingleRunner"
import type { ConfigError } from "effect/Config"
import * as Digest from "effect/crypto/Digest"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"

/**
 * The settings that differ from Effect's. Nobody takes shards over from this process, so that an interruption need not wait
 * for the parts to end: they end by themselves, within the time that the worker gives to requests in flight.
 */
const settings: Partial<ShardingConfig.ShardingConfig["Service"]> = {
  entityMessagePollInterval: "1 second",
  entityTerminationTimeout: "100 millis"
}

/** A process that has all shards, with its messages in SQL. Its locks are in memory, for there is no other process. */
export const singleRunner = (
  shardingConfig: Partial<ShardingConfig.ShardingConfig["Service"]> | undefined
): Layer.Layer<Sharding.Sharding | MessageStorage.MessageStorage, ConfigError, SqlClient> =>
  SingleRunner.layer({ runnerStorage: "memory", shardingConfig: { ...settings, ...shardingConfig } }).pipe(
    Layer.provide(Digest.layerWebCrypto)
  )
