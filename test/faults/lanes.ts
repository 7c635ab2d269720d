import { messageOf } from 'millrace'
import type { Arguments, Planned } from './arguments'
import { type Cluster, openCluster } from './cluster'
import { runFault } from './run'
import { announced, type Report, told } from './tell'

export interface Setting {
  readonly directory: string
  say(line: string): void
}

/**
 * Carries everything out, as many at once as there are lanes. Faults that break brokers have a cluster of their own and
 * are done one after the other, by the first lane.
 */
export async function runLanes(args: Arguments, setting: Setting): Promise<readonly Report[]> {
  const several = args.runs.filter(({ fault }) => fault.brokers === 3)
  const queue = args.runs.filter(({ fault }) => fault.brokers === 1)
  const reports = new Map<Planned, Report>()
  const carry = async (planned: Planned, cluster: Cluster) => {
    const report = await carryOut(planned, { args, cluster, directory: setting.directory })
    setting.say(`${announced(planned)}\n${told(report)}`)
    reports.set(planned, report)
  }
  const shared = queue.length === 0 ? undefined : await openCluster(1, args.lanes)
  const lane = async (number: number) => {
    if (number === 0) await onOwnCluster(several, carry)
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await carry(next, shared!.lane(number))
  }
  try {
    await Promise.all(Array.from({ length: args.lanes }, (_, number) => lane(number)))
  } finally {
    await shared?.close()
  }
  return args.runs.map((planned) => reports.get(planned)!)
}

async function onOwnCluster(planned: readonly Planned[], carry: (one: Planned, cluster: Cluster) => Promise<void>) {
  if (planned.length === 0) return
  const cluster = await openCluster(3, 1)
  try {
    for (const one of planned) await carry(one, cluster)
  } finally {
    await cluster.close()
  }
}

interface On {
  readonly args: Arguments
  readonly cluster: Cluster
  readonly directory: string
}

/** What cannot be carried out is a violation too: nothing was shown. */
async function carryOut({ fault, guarantee }: Planned, { args, cluster, directory }: On): Promise<Report> {
  const began = Date.now()
  const done = (rest: Pick<Report, 'result' | 'notRun' | 'error'>): Report => {
    return { fault, guarantee, seconds: (Date.now() - began) / 1_000, ...rest }
  }
  const notRun = await fault.impossible?.()
  if (notRun !== undefined) return done({ notRun })
  try {
    const { seed, size, rate: perSecond } = args
    return done({ result: await runFault(fault, { cluster, guarantee, size, seed, directory, perSecond }) })
  } catch (error) {
    return done({ error: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) })
  }
}
