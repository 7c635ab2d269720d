import type { ExtraListener } from './handle'

/** What both launchers set: one machine, no waiting, no replicas that are not there. */
export function commonProperties(nodes: number): Record<string, string> {
  const replicas = String(Math.min(3, nodes))
  return {
    'process.roles': 'broker,controller',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'auto.create.topics.enable': 'false',
    // Tests write records of any time, and those of 1970 would be deleted half a minute after the start.
    'log.retention.ms': '-1',
    // A broker that was killed may not come back before its old session has ended (9 s by default).
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '3000',
    'default.replication.factor': replicas,
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '100',
    'offsets.topic.num.partitions': '5',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '5',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': nodes > 1 ? '2' : '1',
    // The default of 10 s would make every test of a transaction's timeout that slow.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': '1',
  }
}

/** server.properties of one of several nodes that share the controller quorum. */
export interface NodeProperties {
  readonly id: number
  readonly port: number
  readonly controllerPorts: readonly number[]
  readonly dataDir: string
  readonly extraListeners?: readonly ExtraListener[]
}

export function nodeProperties(node: NodeProperties, extra: Readonly<Record<string, string>> = {}): string {
  const controllers = node.controllerPorts.map((port, index) => `${index + 1}@127.0.0.1:${port}`)
  const doors = node.extraListeners ?? []
  const common = commonProperties(controllers.length)
  const all: Record<string, string> = {
    ...common,
    'node.id': String(node.id),
    'controller.quorum.voters': controllers.join(','),
    'listener.security.protocol.map': joined(
      common['listener.security.protocol.map']!,
      ...doors.map(({ name }) => `${name}:PLAINTEXT`),
    ),
    listeners: joined(
      `PLAINTEXT://127.0.0.1:${node.port}`,
      `CONTROLLER://127.0.0.1:${node.controllerPorts[node.id - 1]}`,
      ...doors.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
    ),
    'advertised.listeners': joined(
      `PLAINTEXT://127.0.0.1:${node.port}`,
      ...doors.map(({ name, advertisedPort }) => `${name}://127.0.0.1:${advertisedPort}`),
    ),
    'log.dirs': node.dataDir,
    ...extra,
  }
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

const joined = (...parts: readonly string[]) => parts.join(',')
