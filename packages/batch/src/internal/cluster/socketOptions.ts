import type { RunnerHealth } from "effect/cluster/RunnerHealth"
import type { RpcClientProtocol, Runners } from "effect/cluster/Runners"
import type { ShardingConfig } from "effect/cluster/ShardingConfig"
import type * as Layer from "effect/Layer"
import type { RpcSerialization } from "effect/rpc/RpcSerialization"
import type { SocketServer, SocketServerError } from "effect/socket/SocketServer"

/**
 * The sockets of a platform: on Node, the module `NodeClusterSocket` of `@effect/platform-node` itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Transport {
  readonly layerClientProtocol: Layer.Layer<RpcClientProtocol, never, RpcSerialization>
  readonly layerSocketServer: Layer.Layer<SocketServer, SocketServerError, ShardingConfig>
}

/**
 * The address of a process: a host name that the other processes reach it by, and a port.
 *
 * @category models
 * @since 0.1.0
 */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Options of `layerSocket`.
 *
 * @category options
 * @since 0.1.0
 */
export interface SocketOptions {
  readonly transport: Transport
  /** Where the other processes reach this one. A process without an address starts batches, and works on none. */
  readonly address?: Address | undefined
  /** Where this process listens, if that is another address, such as `0.0.0.0` in a container. */
  readonly listen?: Address | undefined
  /** How it is found out whether a process lives. Default: it is asked over its socket, as by `RunnerHealth.layerPing`, but faster. */
  readonly health?: Layer.Layer<RunnerHealth, never, Runners> | undefined
  /** Settings of Effect's cluster, over those of this package and of the environment. The same in all processes. */
  readonly shardingConfig?: Partial<ShardingConfig["Service"]> | undefined
}
