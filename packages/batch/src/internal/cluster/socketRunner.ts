import type * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
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
import type { Address, SocketOptions } from "./socketOptions.ts"

/**
 * The settings that differ from Effect's. With its defaults the parts of a killed process wait for up to 18 seconds: a
 * process is looked at once a minute, and messages of moved shards are read every 10 seconds.
 */
const settings: Partial<ShardingConfig.ShardingConfig["Service"]> = {
  runnerHealthCheckInterval: "3 seconds",
  entityMessagePollInterval: "1 second",
  refreshAssignmentsInterval: "1 second"
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
    Layer.provide((health ?? RunnerHealth.layerPing).pipe(Layer.provide(Runners.layerRpc))),
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
