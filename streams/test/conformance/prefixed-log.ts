import type {
  GroupMember,
  GroupMetadata,
  GroupOptions,
  Joined,
  Log,
  LogAdmin,
  LogProducer,
  LogReader,
  MemberAssignment,
  TopicPartition,
  TransactionalProducer,
} from '../../log/port'

/**
 * A corner of a log in which every topic, group and transactional id has a prefix that its user does not see: many
 * applications with the same names run side by side on one log. Closing it leaves the log open.
 */
export function prefixedLog(log: Log, prefix: string): Log {
  const names = naming(prefix)
  return {
    kind: log.kind,
    admin: prefixedAdmin(log.admin, names),
    producer: async (options) => prefixedProducer(await log.producer(options), names),
    transactionalProducer: async (options) => {
      const transactionalId = names.outer(options.transactionalId)
      return prefixedTransactions(await log.transactionalProducer({ ...options, transactionalId }), names)
    },
    reader: async (options) => prefixedReader(await log.reader(options), names),
    member: (options) => prefixedMember(log.member(outerGroup(options, names)), names),
    close: async () => undefined,
  }
}

type Named = { readonly topic: string }

interface Naming {
  outer(name: string): string
  inner(name: string): string
  isOurs(name: string): boolean
  /** The same places, as the log names them. */
  out<T extends Named>(places: readonly T[]): readonly T[]
  /** The same places, as we name them. */
  in<T extends Named>(places: readonly T[]): readonly T[]
}

function naming(prefix: string): Naming {
  const outer = (name: string) => `${prefix}${name}`
  const inner = (name: string) => name.slice(prefix.length)
  return {
    outer,
    inner,
    isOurs: (name) => name.startsWith(prefix),
    out: (places) => places.map((place) => ({ ...place, topic: outer(place.topic) })),
    in: (places) => places.map((place) => ({ ...place, topic: inner(place.topic) })),
  }
}

function prefixedAdmin(admin: LogAdmin, names: Naming): LogAdmin {
  return {
    listTopics: async () => (await admin.listTopics()).filter(names.isOurs).map(names.inner),
    describeTopics: async (topics) => {
      const described = await admin.describeTopics(topics.map(names.outer))
      return new Map([...described].map(([name, topic]) => [names.inner(name), { ...topic, name: names.inner(name) }]))
    },
    createTopics: (specs) => admin.createTopics(specs.map((spec) => ({ ...spec, name: names.outer(spec.name) }))),
    deleteTopics: (topics) => admin.deleteTopics(topics.map(names.outer)),
    offsets: async (partitions, at) => names.in(await admin.offsets(names.out(partitions), at)),
    committedOffsets: async (group, partitions) =>
      names.in(await admin.committedOffsets(names.outer(group), names.out(partitions))),
    listGroups: async () =>
      (await admin.listGroups())
        .filter(({ groupId }) => names.isOurs(groupId))
        .map((group) => ({ ...group, groupId: names.inner(group.groupId) })),
    setOffsets: (group, offsets) => admin.setOffsets(names.outer(group), names.out(offsets)),
    deleteGroup: (group) => admin.deleteGroup(names.outer(group)),
  }
}

function prefixedProducer(producer: LogProducer, names: Naming): LogProducer {
  return { ...producer, send: async (batches) => names.in(await producer.send(names.out(batches))) }
}

function prefixedTransactions(producer: TransactionalProducer, names: Naming): TransactionalProducer {
  return {
    ...producer,
    send: async (batches) => names.in(await producer.send(names.out(batches))),
    commit: (offsets, group) => producer.commit(names.out(offsets), outerMetadata(group, names)),
  }
}

function prefixedReader(reader: LogReader, names: Naming): LogReader {
  const outwards =
    <T extends TopicPartition>(take: (places: readonly T[]) => void) =>
    (places: readonly T[]) =>
      take(names.out(places))
  return {
    ...reader,
    assign: outwards(reader.assign),
    pause: outwards(reader.pause),
    resume: outwards(reader.resume),
    poll: async (maxWaitMs) => names.in(await reader.poll(maxWaitMs)),
  }
}

function outerGroup(options: GroupOptions, names: Naming): GroupOptions {
  return {
    ...options,
    groupId: names.outer(options.groupId),
    topics: options.topics.map(names.outer),
    assign: async (members) => {
      const ours = members.map((member) => ({ ...member, topics: member.topics.map(names.inner) }))
      return new Map([...(await options.assign(ours))].map(([id, given]) => [id, mapped(given, names.out)]))
    },
  }
}

function prefixedMember(member: GroupMember, names: Naming): GroupMember {
  return {
    // The status changes: it is asked for anew, not copied.
    get status() {
      return member.status
    },
    join: async () => innerJoined(await member.join(), names),
    requestRejoin: () => member.requestRejoin(),
    commit: (offsets) => member.commit(names.out(offsets)),
    onStatus: (listener) => member.onStatus(listener),
    leave: () => member.leave(),
  }
}

function innerJoined({ assignment, group }: Joined, names: Naming): Joined {
  return { assignment: mapped(assignment, names.in), group: { ...group, groupId: names.inner(group.groupId) } }
}

function mapped(
  assignment: MemberAssignment,
  rename: (places: readonly TopicPartition[]) => readonly TopicPartition[],
): MemberAssignment {
  return { ...assignment, partitions: rename(assignment.partitions) }
}

function outerMetadata(group: GroupMetadata, names: Naming): GroupMetadata {
  return { ...group, groupId: names.outer(group.groupId) }
}
