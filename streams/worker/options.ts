import { type Clock, systemClock } from '../clock'
import { MillraceError } from '../errors'
import { type ErrorPolicy, failFast } from '../graph/policy'
import type { Topology } from '../graph/topology'
import type { Log } from '../log/port'
import { type Logger, silentLogger } from '../logger'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import { memoryStateDirectory } from '../stores'
import type { StateDirectory } from '../stores/backend'
import type { ProcessingGuarantee } from './committer'
import type { OnUncaught } from './uncaught'

export interface WorkerOptions {
  readonly topology: Topology
  readonly log: Log
  /** Where stores live. Default: in memory, restored from the changelogs at each start. */
  readonly state?: StateDirectory
  /** Consumer group, prefix of internal topics and transactional ids. Default: the topology's name. */
  readonly applicationId?: string
  readonly registry?: SchemaRegistry
  /** With which personal fields are sealed, and opened where a serde asks for it: a `personalDataVault`. */
  readonly personalKeys?: PersonalKeys
  /** Default `at_least_once`, as in Kafka Streams. */
  readonly guarantee?: ProcessingGuarantee
  /** At the latest after this many ms what was processed is committed; an idle task commits sooner. Default 100. */
  readonly commitIntervalMs?: number
  /** What becomes of records at fault; a source may say otherwise. Default: fail, as in Kafka Streams. */
  readonly onError?: ErrorPolicy
  /** What becomes of the worker when something fails that nothing mends. Default `shutdown-client`, as in Kafka Streams (KIP-671). */
  readonly onUncaught?: OnUncaught
  /** Default 45,000. */
  readonly sessionTimeoutMs?: number
  /** Default 10,000: so long a dead owner's open transaction can hold readers up. */
  readonly transactionTimeoutMs?: number
  /** Start although the topology does not fit what an earlier one has left behind. Default false: such a start is refused. */
  readonly acceptTopologyChanges?: boolean
  /** `host:port` under which this process answers queries, told to all members (application.server of Kafka Streams). */
  readonly applicationServer?: string
  /** `host:port` to listen at for queries, where that is not the `applicationServer` itself, such as `0.0.0.0:7070`. */
  readonly listen?: string
  /** Whoever asks over HTTP has to bring it (`Authorization: Bearer …`); all members of an application have the same. Default: none is asked for. */
  readonly queryToken?: string
  /**
   * This worker's identity across restarts, one of its own for each process and thread (group.instance.id, KIP-345): started
   * again within `sessionTimeoutMs` it gets back the tasks it had, and the others notice nothing. Where it is given, `close` does not leave the
   * group. Only on Kafka.
   */
  readonly groupInstanceId?: string
  /** Where this process runs, such as an availability zone (client.rack); standbys are placed in other racks. */
  readonly rack?: string
  /** So many other members keep a copy of each stateful task's stores current (num.standby.replicas). Default 0. */
  readonly standbyReplicas?: number
  /** A store that is no more records behind than this may take its task over at once (acceptable.recovery.lag). Default 10,000. */
  readonly acceptableRecoveryLag?: number
  /** So many tasks at once are made ready, as standbys, where they are to move to (max.warmup.replicas). Default 2. */
  readonly maxWarmupReplicas?: number
  /** The wait before tasks are shared out again, where how far stores are behind could not be found out (probing.rebalance.interval.ms). Default 600,000. */
  readonly probingRebalanceIntervalMs?: number
  /** State of tasks that run elsewhere is removed after so long (state.cleanup.delay.ms); from memory at once. Default 600,000. */
  readonly stateCleanupDelayMs?: number
  /** Workers with the same one run in one process and share its state directory; `workerThreads` sets it. */
  readonly processId?: string
  /** Bytes of decoded state kept in memory per task. */
  readonly cacheBytes?: number
  readonly logger?: Logger
  readonly clock?: Clock
}

/** The states of Kafka Streams (KafkaStreams.State). */
export type WorkerState =
  | 'CREATED'
  | 'REBALANCING'
  | 'RUNNING'
  | 'PENDING_SHUTDOWN'
  | 'NOT_RUNNING'
  | 'PENDING_ERROR'
  | 'ERROR'

export interface ResolvedOptions extends WorkerOptions {
  readonly state: StateDirectory
  /** Where stores live that are declared to be kept in memory; part of `state`. */
  readonly memory: StateDirectory
  /** The names of those stores. */
  readonly memoryStores: ReadonlySet<string>
  readonly applicationId: string
  readonly guarantee: ProcessingGuarantee
  readonly commitIntervalMs: number
  readonly onError: ErrorPolicy
  readonly onUncaught: OnUncaught
  readonly sessionTimeoutMs: number
  readonly transactionTimeoutMs: number
  readonly acceptTopologyChanges: boolean
  readonly standbyReplicas: number
  readonly acceptableRecoveryLag: number
  readonly maxWarmupReplicas: number
  readonly probingRebalanceIntervalMs: number
  readonly stateCleanupDelayMs: number
  readonly logger: Logger
  readonly clock: Clock
}

/** @throws MillraceError CONFIG_INVALID */
export function resolveOptions(options: WorkerOptions): ResolvedOptions {
  const { applicationServer, listen, standbyReplicas = 0 } = options
  for (const [name, address] of Object.entries({ applicationServer, listen })) {
    if (address !== undefined && !/^[^\s/]+:\d{1,5}$/.test(address))
      throw new MillraceError('CONFIG_INVALID', `${name} must be host:port, not ${address}`)
  }
  if (!Number.isInteger(standbyReplicas) || standbyReplicas < 0)
    throw new MillraceError('CONFIG_INVALID', `standbyReplicas must be a whole number from 0, not ${standbyReplicas}`)
  const memory = memoryStateDirectory()
  const memoryStores = new Set(
    options.topology.subTopologies.flatMap(({ stores }) =>
      stores.flatMap(({ name, backend }) => (backend === 'memory' ? [name] : [])),
    ),
  )
  return {
    guarantee: 'at_least_once',
    commitIntervalMs: 100,
    onError: failFast,
    onUncaught: () => 'shutdown-client',
    sessionTimeoutMs: 45_000,
    transactionTimeoutMs: 10_000,
    acceptTopologyChanges: false,
    acceptableRecoveryLag: 10_000,
    maxWarmupReplicas: 2,
    probingRebalanceIntervalMs: 600_000,
    stateCleanupDelayMs: 600_000,
    ...options,
    standbyReplicas,
    applicationId: options.applicationId ?? options.topology.name,
    memory,
    memoryStores,
    state: stateOf(options, memory, memoryStores),
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
  }
}

/** The state directory, but for the stores that are declared to be kept in memory. */
function stateOf(
  { state = memoryStateDirectory() }: WorkerOptions,
  memory: StateDirectory,
  memoryStores: ReadonlySet<string>,
): StateDirectory {
  if (memoryStores.size === 0) return state
  return {
    ...state,
    open: (taskId, storeName) => (memoryStores.has(storeName) ? memory : state).open(taskId, storeName),
    wipe: async (taskId) => {
      await memory.wipe(taskId)
      await state.wipe(taskId)
    },
  }
}
