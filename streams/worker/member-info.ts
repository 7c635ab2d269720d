/**
 * What members of a group tell its leader, and what the leader tells them, as JSON in the classic protocol's user data
 * (cf. SubscriptionInfo and AssignmentInfo of Kafka Streams). A field that is absent or unknown is left alone: members of
 * another version stay in the group, and are treated as ones without state.
 */

/** In place of an offset: the stores are at the end, since the task is being processed (Task.LATEST_OFFSET of Kafka Streams). */
export const LATEST = -2

/** What a member tells the leader. */
export interface MemberInfo {
  /** Members with the same one share a process and so its state directory; a member without one stands for itself. */
  readonly process?: string
  /** `host:port` under which it answers queries. */
  readonly endpoint?: string
  readonly rack?: string
  /** Tasks it processes. */
  readonly active: readonly string[]
  /** Tasks whose stores it keeps current from their changelogs. */
  readonly standby: readonly string[]
  /** Of each task whose state it has: the sum of the changelog offsets at which its stores stand, or LATEST. */
  readonly offsets: Readonly<Record<string, number>>
  /** All members are to stop, for this reason. */
  readonly shutdown?: string
}

/** One member of the application as all others see it (cf. StreamsMetadata of Kafka Streams). */
export interface MemberMetadata {
  readonly memberId: string
  /** `host:port` under which it answers queries: its `applicationServer`. */
  readonly endpoint?: string
  readonly rack?: string
  /** Tasks it processes, such as `0_1`. */
  readonly active: readonly string[]
  /** Tasks whose stores it keeps current, some records behind. */
  readonly standby: readonly string[]
}

/** What the leader tells a member. */
export interface AssignmentInfo {
  /** Which of the members it is told to. After a restart under a static identity the group knows it by another id. */
  readonly memberId: string
  readonly active: readonly string[]
  readonly standby: readonly string[]
  /** Of the standbys those that are to be made active here: it joins again once they have caught up. */
  readonly warmup: readonly string[]
  /** Tasks, active and standby, of all members that share its state directory. */
  readonly nearby: readonly string[]
  /** All members, the one it is told to included. */
  readonly members: readonly MemberMetadata[]
  /** After so long it is to join again: how far stores are behind could not be found out. */
  readonly probeAfterMs?: number
  /** It is to stop, as are all others, for this reason. */
  readonly shutdown?: string
}

const nothing: AssignmentInfo = Object.freeze({
  memberId: '',
  active: [],
  standby: [],
  warmup: [],
  nearby: [],
  members: [],
})

export function encodeInfo(info: MemberInfo | AssignmentInfo): Buffer {
  return Buffer.from(JSON.stringify(info), 'utf8')
}

export function decodeMemberInfo(userData: Buffer): MemberInfo {
  const fields = fieldsOf(userData)
  return {
    ...placeOf(fields),
    ...(typeof fields.process === 'string' && { process: fields.process }),
    active: strings(fields.active),
    standby: strings(fields.standby),
    offsets: numbers(fields.offsets),
    ...(typeof fields.shutdown === 'string' && { shutdown: fields.shutdown }),
  }
}

/** Nothing where the leader has given nothing. */
export function decodeAssignmentInfo(userData: Buffer): AssignmentInfo {
  if (userData.length === 0) return nothing
  const { memberId, active, standby, warmup, nearby, members, probeAfterMs, shutdown } = fieldsOf(userData)
  return {
    memberId: typeof memberId === 'string' ? memberId : '',
    active: strings(active),
    standby: strings(standby),
    warmup: strings(warmup),
    nearby: strings(nearby),
    members: Array.isArray(members) ? members.flatMap(decodeMetadata) : [],
    ...(typeof probeAfterMs === 'number' && { probeAfterMs }),
    ...(typeof shutdown === 'string' && { shutdown }),
  }
}

function decodeMetadata(value: unknown): readonly MemberMetadata[] {
  if (!isObject(value) || typeof value.memberId !== 'string') return []
  const { memberId, active, standby } = value
  return [{ memberId, ...placeOf(value), active: strings(active), standby: strings(standby) }]
}

function placeOf({ endpoint, rack }: Readonly<Record<string, unknown>>) {
  return { ...(typeof endpoint === 'string' && { endpoint }), ...(typeof rack === 'string' && { rack }) }
}

function fieldsOf(userData: Buffer): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(userData.toString('utf8'))
    return isObject(fields) ? fields : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function numbers(value: unknown): Readonly<Record<string, number>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, number]) => (typeof number === 'number' ? [[name, number] as const] : [])),
  )
}
