import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { ProcessingGuarantee } from 'millrace'
import type { Cluster } from './cluster'
import { avroCodec, type Codec, jsonCodec } from './codec'
import { openSmallDisk, type SmallDisk } from './disk'
import type { Fault, FlowFault, Size } from './faults/fault'
import { PATIENCE, unprocessed, untilCaughtUp } from './lag'
import { type Operation, startLoad } from './load'
import { seeded } from './random'
import { type MoodyRegistry, openMoodyRegistry } from './registry'
import type { Violation } from './verify/checks'
import { type Figures, verify } from './verify/verify'
import type { OpenWorkers, Strike } from './workers'
import { openWorld } from './world'

export interface RunOptions {
  readonly cluster: Cluster
  readonly guarantee: ProcessingGuarantee
  readonly size: Size
  readonly seed: number
  /** Of the whole run; each fault makes its own in it. */
  readonly directory: string
  readonly perSecond: number
}

export interface RunResult {
  readonly strikes: readonly Strike[]
  readonly figures: Figures
  /** From the healing until nothing was left to process; undefined where it took longer than may be. */
  readonly caughtUpSeconds: number | undefined
  readonly violations: readonly Violation[]
}

const WORKERS = 3
/** Lag is to be back to nothing so many seconds after the healing. */
export const CATCH_UP_WITHIN_S = 30

export const applicationOf = ({ name }: Fault, guarantee: ProcessingGuarantee) =>
  `${name}-${guarantee === 'exactly_once_v2' ? 'eos' : 'alo'}`

/** One fault under one guarantee, on topics, a group and state directories of its own. */
export async function runFault(fault: Fault, options: RunOptions): Promise<RunResult> {
  if ('runAlone' in fault) return fault.runAlone(options)
  const directory = join(options.directory, applicationOf(fault, options.guarantee))
  const registry = fault.avro ? await openMoodyRegistry() : undefined
  const disks: SmallDisk[] = []
  try {
    if (fault.diskMb !== undefined)
      for (let slot = 0; slot < WORKERS; slot += 1)
        disks.push(await openSmallDisk(join(directory, `disk-${slot}`), fault.diskMb))
    return await runFlow(fault, options, { directory, registry, disks })
  } finally {
    await Promise.all(disks.map((disk) => disk.close()))
    await registry?.close()
  }
}

interface Surroundings {
  readonly directory: string
  readonly registry: MoodyRegistry | undefined
  readonly disks: readonly SmallDisk[]
}

async function runFlow(fault: FlowFault, options: RunOptions, around: Surroundings): Promise<RunResult> {
  const { cluster, guarantee, size, seed, perSecond } = options
  const { directory, registry, disks } = around
  const { log } = cluster
  const applicationId = applicationOf(fault, guarantee)
  const codec: Codec = registry === undefined ? jsonCodec : avroCodec(registry.own, `${applicationId}-commands-value`)
  const journalFile = join(directory, 'operations.jsonl')
  const world = await openWorld({
    cluster,
    applicationId,
    guarantee,
    directory,
    random: seeded(seed),
    size: WORKERS,
    registry,
    networked: fault.networked === true,
    env: fault.env ?? {},
    ...(disks.length > 0 && { stateDir: (slot: number) => disks[slot]!.path }),
    startLoad: (flow) => startLoad({ log, flow, codec, random: seeded(seed + 1), perSecond, journalFile }),
  })
  let operations: readonly Operation[]
  let caughtUpSeconds: number | undefined
  try {
    if (fault.sound) world.load.setPoison(0)
    await fault.run(world, size)
    const healedAt = world.healedAt ?? Date.now()
    operations = await world.load.stop()
    caughtUpSeconds = await untilCaughtUp(() => unprocessed(log, world.flow), {
      since: healedAt,
      withinSeconds: CATCH_UP_WITHIN_S,
    })
  } finally {
    await world.load.stop()
    await world.end()
  }
  const { flow, stateDirs, strikes } = world
  const exact = guarantee === 'exactly_once_v2' || fault.orderly === true
  const { figures, violations } = await verify({ log, flow, codec, stateDirs, operations, exact })
  const all = [...violations, ...liveness(world, caughtUpSeconds), ...damage(fault, figures)]
  return { strikes, figures, caughtUpSeconds, violations: all }
}

export function liveness({ broken }: OpenWorkers, caughtUpSeconds: number | undefined): readonly Violation[] {
  return [...slowness(caughtUpSeconds), ...broken.map((what) => ({ check: 'V', what }) as const)]
}

/** So many who want to compute, for each core, that seconds say more about the others than about us. */
const OVERLOADED = 3

/** Whether the machine is so busy with other things that only a much longer time would be a fault of ours. */
export function overload(): string | undefined {
  const load = loadavg()[0]!
  const cores = cpus().length
  return load > OVERLOADED * cores ? `a load of ${load.toFixed(0)} on ${cores} cores` : undefined
}

function slowness(caughtUpSeconds: number | undefined): readonly Violation[] {
  const limit = overload() === undefined ? CATCH_UP_WITHIN_S : PATIENCE * CATCH_UP_WITHIN_S
  if (caughtUpSeconds !== undefined && caughtUpSeconds <= limit) return []
  const took = caughtUpSeconds === undefined ? 'never' : `only ${caughtUpSeconds.toFixed(1)} s after it`
  return [{ check: 'V', what: `everything is to be processed ${limit} s after the healing, and was ${took}` }]
}

function damage({ damages }: FlowFault, { damagedCopies }: Figures): readonly Violation[] {
  if (damages === true || damagedCopies === 0) return []
  return [{ check: 'S', what: `${damagedCopies} copies of stores cannot be opened` }]
}
