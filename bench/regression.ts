/** The check of .ci/run: ours beside a bare loop of kafkajs, in one run, on one machine. A collapse fails, nothing less. */
import type { Coding } from './coding'
import { kafkajsLoop, millrace } from './contestants'
import { measureLoop } from './measures/loop'
import { measureThroughput, ordersTopic } from './measures/throughput'
import type { Ground, RunSpec } from './running'

const RECORDS = 100_000
/** With state, changelog and commits we are faster than the loop without; at a fifth of it something is badly wrong. */
const LEAST_RATIO = 0.2

/** True where it is well. Says its figure either way. */
export async function checkRegression(ground: Ground, coding: Coding, say: (line: string) => void): Promise<boolean> {
  const workload = { records: RECORDS, keys: 10_000, skew: 0, valueBytes: 175, avro: false }
  const spec: Omit<RunSpec, 'contestant'> = { threads: 1, exactlyOnce: false, store: 'persistent', workload, coding }
  const input = await ordersTopic(ground, spec, `bench-regression-${process.pid}`)
  const loop = await measureLoop(ground, { ...spec, contestant: kafkajsLoop }, input)
  const { recordsPerSecond } = await measureThroughput(ground, { ...spec, contestant: millrace }, input)
  const ratio = recordsPerSecond / loop
  const figures = `${Math.round(recordsPerSecond)} rec/s with state, a bare kafkajs loop ${Math.round(loop)}`
  say(`bench: ${ratio.toFixed(2)} times a bare kafkajs loop (${figures}); at least ${LEAST_RATIO} is asked for`)
  return ratio >= LEAST_RATIO
}
