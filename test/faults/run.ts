import { join } from 'node:path'
import type { Log, ProcessingGuarantee } from 'millrace'
import type { KafkaNode } from '../kafka/handle'
import type { Fault } from './faults/fault'
import { untilCaughtUp } from './lag'
import { type Operation, startLoad } from './load'
import { seeded } from './random'
import type { Violation } from './verify/checks'
import { type Figures, verify } from './verify/verify'
import { type OpenWorld, openWorld, type Strike } from './world'

export interface RunOptions {
  readonly fault: Fault
  readonly guarantee: ProcessingGuarantee
  readonly size: 'short' | 'long'
  readonly seed: number
  readonly log: Log
  readonly brokers: readonly string[]
  readonly nodes: readonly KafkaNode[]
  readonly directory: string
  readonly perSecond: number
}

export interface RunResult {
  readonly fault: Fault
  readonly guarantee: ProcessingGuarantee
  readonly strikes: readonly Strike[]
  readonly figures: Figures
  /** Until nothing was left to process, once the fault had healed and the load had ended. */
  readonly caughtUpSeconds: number | undefined
  readonly violations: readonly Violation[]
  readonly seconds: number
}

const WORKERS = 3
const CATCH_UP_WITHIN_S = 30

/** One fault under one guarantee, on topics, a group and state directories of its own. */
export async function runFault(options: RunOptions): Promise<RunResult> {
  const { fault, guarantee, size, seed, log, perSecond } = options
  const began = Date.now()
  const random = seeded(seed)
  const short = guarantee === 'exactly_once_v2' ? 'eos' : 'alo'
  const applicationId = `${fault.name}-${short}`
  const world = await openWorld({
    ...options,
    applicationId,
    directory: join(options.directory, applicationId),
    random,
    size: WORKERS,
  })
  let operations: readonly Operation[]
  let caughtUpSeconds: number | undefined
  try {
    const load = await startLoad({ log, flow: world.flow, random: seeded(seed + 1), perSecond })
    await fault.run(world, size)
    operations = await load.stop()
    caughtUpSeconds = await untilCaughtUp(log, world.flow, CATCH_UP_WITHIN_S)
  } finally {
    await world.end()
  }
  const { flow, stateDirs, strikes } = world
  const exact = guarantee === 'exactly_once_v2' || fault.orderly === true
  const { figures, violations } = await verify({ log, flow, stateDirs, operations, exact })
  const seconds = (Date.now() - began) / 1_000
  const all = [...violations, ...liveness(world, caughtUpSeconds), ...damage(fault, figures)]
  return { fault, guarantee, strikes, figures, caughtUpSeconds, violations: all, seconds }
}

function liveness({ crashes }: OpenWorld, caughtUpSeconds: number | undefined): readonly Violation[] {
  const slow = `not everything was processed ${CATCH_UP_WITHIN_S} s after the fault`
  return [
    ...(caughtUpSeconds === undefined ? [{ check: 'V', what: slow } as const] : []),
    ...crashes.map((what) => ({ check: 'V', what }) as const),
  ]
}

function damage({ damages }: Fault, { damagedCopies }: Figures): readonly Violation[] {
  if (damages === true || damagedCopies === 0) return []
  return [{ check: 'S', what: `${damagedCopies} copies of stores cannot be opened` }]
}
