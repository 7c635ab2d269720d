import { MillraceError } from '../errors'
import { deadLetterTopic } from '../graph/names'
import type { Topology } from '../graph/topology'
import { partitionFor } from '../log/partitioner'
import type { Header } from '../log/port'
import { inMemoryRegistry } from '../registry'
import { describeLog } from './describe'
import { type PipeBytes, recordDecoder, testInput, testOutput, topicCursors } from './driver-io'
import { driverLog } from './driver-log'
import { type DriverTasks, driverTasks } from './driver-tasks'
import { driverTopics } from './driver-topics'
import { type ManualClock, manualClock } from './manual-clock'
import type { TestDriver, TestDriverOptions } from './types'

export type * from './types'

const noHeaders: readonly Header[] = Object.freeze([])

/**
 * Opens a topology for testing.
 * @throws MillraceError TOPOLOGY_INVALID; CONFIG_INVALID for a registry that answers by promise
 * @example
 * const driver = testDriver(wordCount)
 * driver.input(lines).pipe('a', 'to be or not to be')
 * expect(driver.output(counts).readKeyValues()).toContainEqual(['be', 2])
 */
export function testDriver(topology: Topology, options: TestDriverOptions = {}): TestDriver {
  const { applicationId = topology.name, initialWallClock = 0 } = options
  const registry = options.registry ?? inMemoryRegistry()
  const coding = { registry, personalKeys: options.personalKeys }
  const clock = manualClock(initialWallClock)
  const log = driverLog()
  const topics = driverTopics(topology, applicationId, options)
  const tasks = driverTasks({ topology, applicationId, given: options, registry, topics, log, clock })
  const cursorOf = topicCursors(log)
  tasks.open()

  const pipeInto = (topic: string): PipeBytes => {
    const partitions = topics.partitionsOf(topic)
    return (key, value, { timestamp = clock.now(), headers = noHeaders, partition } = {}) => {
      topics.refuseUnread(topic)
      const to = partition ?? (key === null ? 0 : partitionFor(key, partitions))
      log.append(topic, to, { key, value, timestamp, headers }, true)
      tasks.run()
    }
  }
  const describe = () =>
    describeLog(log, (topic) => {
      const declared = topics.declared(topic)
      return declared && recordDecoder(declared, coding)
    })
  const outputOf = <K, V>(topic: string, decode: ReturnType<typeof recordDecoder<K, V>>) => {
    topics.refuseUnwritten(topic)
    return testOutput({ topic, cursor: cursorOf(topic), decode, describe })
  }
  const storeNamed = (name: string, partition = 0) => storeOf(topology, tasks, name, partition)

  return {
    input: (topic) => testInput(topic, coding, pipeInto(topic.name)),
    output: (topic) => outputOf(topic.name, recordDecoder(topic, coding)),
    deadLetters: ({ name }) => outputOf(deadLetterTopic(name), ({ key, value }) => ({ key, value })),
    store: (declaration, partition) => storeNamed(declaration.name, partition) as never,
    storeNamed,
    partitionOf: (topic, key) => {
      const bytes = topic.key.open({ topic: topic.name, role: 'key', ...coding }).encode(key)
      return bytes === null ? 0 : partitionFor(bytes, topics.partitionsOf(topic.name))
    },
    advanceWallClock: (ms) => advance(ms, clock, tasks),
    settle: () => settle(clock, tasks),
    restart: () => {
      tasks.close()
      tasks.open()
      tasks.run()
    },
    get wallClock() {
      return clock.now()
    },
    dropped: tasks.dropped,
    failures: tasks.failures,
    describe,
    close: tasks.close,
  }
}

function advance(ms: number, clock: ManualClock, tasks: DriverTasks): void {
  clock.advance(ms)
  for (const task of tasks.all) task.punctuateWallClock()
  tasks.run()
}

/** Lets the calls under way come back, time after time, until none is left and nothing waits for one. */
async function settle(clock: ManualClock, tasks: DriverTasks): Promise<void> {
  for (let waiting = true; waiting; ) {
    await new Promise((resolve) => setImmediate(resolve))
    const sleeping = clock.untilNextWake()
    if (sleeping !== undefined) advance(sleeping, clock, tasks)
    for (const task of tasks.all) {
      task.check()
      if (task.held === 0 && task.dirty) await task.settle()
    }
    tasks.run()
    waiting = tasks.all.some((task) => task.held > 0 || task.runnable)
  }
}

function storeOf(topology: Topology, tasks: DriverTasks, name: string, partition: number): unknown {
  const global = tasks.globals.get(name)
  if (global !== undefined) return global
  const sub = topology.subTopologies.find(({ stores }) => stores.some((store) => store.name === name))
  const task = tasks.all.find(({ id }) => id === `${sub?.id}_${partition}`)
  if (task !== undefined) return task.stores.view(name)
  const place = sub === undefined ? '' : ` in partition ${partition}`
  throw new MillraceError(
    'STORE_UNKNOWN',
    `topology ${topology.name} has no store ${name}${place}; its stores are ${[...topology.stores.keys()].join(', ') || 'none'}`,
  )
}
