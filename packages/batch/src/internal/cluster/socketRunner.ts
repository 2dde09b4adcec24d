import type * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as Runners from "effect/cluster/Runners"
import type * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SocketRunner from "effect/cluster/SocketRunner"
import * as SqlMessageStorage from "effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import type { ConfigError } from "effect/Config"
import * as Digest from "effect/crypto/Digest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import type { SocketServerError } from "effect/socket/SocketServer"
import type { SqlClient } from "effect/sql/SqlClient"
import { runnerHealth } from "./runnerHealth.ts"
import type { Address, SocketOptions } from "./socketOptions.ts"

/**
 * The settings that differ from Effect's. With its defaults the parts of a killed process wait for a minute and more: a
 * process is looked at once a minute, and messages of moved shards are read every 10 seconds.
 *
 * When a shard moves, the cluster waits for so long whether its entities end by themselves, which the work on a batch never does,
 * and nobody works on the parts of the shard meanwhile. Then it interrupts them, and the worker lets requests in flight finish.
 */
const settings: Partial<ShardingConfig.ShardingConfig["Service"]> = {
  runnerHealthCheckInterval: "500 millis",
  entityMessagePollInterval: "500 millis",
  refreshAssignmentsInterval: "500 millis",
  entityTerminationTimeout: "100 millis"
}

/**
 * One of several processes that share work over sockets, with messages and locks in SQL. Without an address the process only
 * hands out work.
 */
export const socketRunner = ({ address, health, listen, shardingConfig, transport }: SocketOptions): Layer.Layer<
  Sharding.Sharding | MessageStorage.MessageStorage,
  ConfigError | SocketServerError,
  SqlClient
> => {
  const addressOf = (given: Address | undefined) =>
    Option.map(Option.fromUndefinedOr(given), ({ host, port }) => RunnerAddress.make(host, port))
  const runner = address === undefined
    ? SocketRunner.layerClientOnly
    : SocketRunner.layer.pipe(Layer.provide(transport.layerSocketServer))
  return runner.pipe(
    Layer.provide((health ?? runnerHealth).pipe(Layer.provide(Runners.layerRpc))),
    Layer.provide(transport.layerClientProtocol),
    Layer.provideMerge(SqlMessageStorage.layer.pipe(Layer.provide(Digest.layerWebCrypto))),
    Layer.provide(Layer.orDie(SqlRunnerStorage.layer)),
    Layer.provide(ShardingConfig.layerFromEnv({
      ...settings,
      ...shardingConfig,
      runnerAddress: addressOf(address),
      runnerListenAddress: addressOf(listen)
    })),
    Layer.provide(RpcSerialization.layerSchemaBinary())
  )
}
