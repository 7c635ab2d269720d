import type { Log, ProcessingGuarantee } from 'millrace'
import type { KafkaNode } from '../kafka/handle'
import type { Cluster } from './cluster'
import { type Flow, flow, PARTITIONS } from './flow'
import { lagOf } from './lag'
import type { Load } from './load'
import type { Random } from './random'
import type { MoodyRegistry } from './registry'
import { type OpenWorkers, openWorkers, type Workers, type WorkersOptions } from './workers'

/** Of both sub-topologies. */
const TASKS = 2 * PARTITIONS

/** What a fault does its work on: a topology under load, its workers, its brokers. */
export interface World extends Workers {
  readonly random: Random
  readonly guarantee: ProcessingGuarantee
  readonly nodes: readonly KafkaNode[]
  readonly flow: Flow
  readonly log: Log
  readonly load: Load
  /** Where commands are Avro. */
  readonly registry: MoodyRegistry | undefined
  /** How many workers stand at the beginning. */
  readonly size: number
  tool: Cluster['tool']
}

export type OpenWorld = World & OpenWorkers

export interface WorldOptions extends Omit<WorkersOptions, 'program' | 'tasks' | 'inFlight'> {
  readonly random: Random
  readonly registry: MoodyRegistry | undefined
  readonly startLoad: (flow: Flow) => Promise<Load>
}

export async function openWorld({ random, registry, startLoad, ...options }: WorldOptions): Promise<OpenWorld> {
  const { cluster, applicationId, guarantee, size } = options
  const { log, kafka, tool } = cluster
  const codec = registry === undefined ? 'json' : 'avro'
  const program = flow(applicationId, codec)
  await log.admin.createTopics([{ name: program.commands.name, partitions: PARTITIONS }])
  const workers = await openWorkers({
    ...options,
    program: 'test/faults/app.ts',
    tasks: TASKS,
    env: { CODEC: codec, REGISTRY_URL: registry?.url, ...options.env },
    inFlight: () => lagOf(log, applicationId, [program.commands.name]),
  })
  const load = await startLoad(program)
  const around = { random, guarantee, nodes: kafka.nodes, flow: program, log, load, registry, size, tool }
  return Object.assign(workers, around)
}
