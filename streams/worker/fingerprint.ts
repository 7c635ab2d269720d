import { MillraceError } from '../errors'
import { type Fingerprint, fingerprint, fingerprintText } from '../graph/fingerprint'
import type { Topology } from '../graph/topology'
import { changesText, diffTopologies, type TopologyChange } from '../graph/topology-diff'
import type { Log, LogProducer, TopicSpec } from '../log/port'
import type { Logger } from '../logger'
import type { StateDirectory, StateNote } from '../stores/backend'
import { GLOBAL_TASK } from './global-tables'
import { logNote, noteTopic } from './log-note'

export interface FingerprintCheck {
  readonly topology: Topology
  readonly applicationId: string
  /** Of the source topics, as the log has them. */
  readonly partitionsOf: (topic: string) => number
  readonly state: StateDirectory
  /** Given, the fingerprint is kept and compared in the topic `<app-id>-fingerprint` too: that binds machines without state. */
  readonly log?: Log
  /** Start in spite of incompatible changes, and take the topology as it is now for the one to compare with. */
  readonly accept?: boolean
  readonly logger: Logger
  /** To write to the log with; default: one of its own. */
  readonly producer?: Promise<LogProducer>
  /** Given where reading has begun before. */
  readonly notes?: Promise<FingerprintNotes>
}

/** Where the fingerprint is noted, and what was found there. */
export interface FingerprintNotes {
  readonly notes: readonly StateNote[]
  readonly found: readonly (Fingerprint | undefined)[]
}

const topicOf = (applicationId: string) => `${applicationId}-fingerprint`

/** The topic in which the fingerprint will be noted; none where nothing outlives the process. */
export function fingerprintTopics(
  topology: Topology,
  applicationId: string,
  partitionsOf: (topic: string) => number,
): readonly TopicSpec[] {
  return isDurable(fingerprint(topology, { applicationId, partitionsOf })) ? [noteTopic(topicOf(applicationId))] : []
}

function isDurable({ stores, repartitions, globals }: Fingerprint): boolean {
  return stores.length + repartitions.length + globals.length > 0
}

/** Reads what an earlier start has noted, which needs nothing but the places. @throws as `acceptTopology` */
export async function readFingerprints({
  state,
  log,
  applicationId,
  producer,
}: Pick<FingerprintCheck, 'state' | 'log' | 'applicationId' | 'producer'>): Promise<FingerprintNotes> {
  const notes = [state.note, log && logNote(log, topicOf(applicationId), { producer })].filter(
    (note) => note !== undefined,
  )
  return { notes, found: await Promise.all(notes.map(readFingerprint)) }
}

/** A topology that fits what is there. */
export interface Accepted {
  readonly changes: readonly TopologyChange[]
  /**
   * Notes it down for later starts; one of which nothing outlives the process leaves no note. What goes into the log waits for
   * `topicsReady`. @throws OutageError STATE_UNAVAILABLE, LOG_UNAVAILABLE; MillraceError STATE_LOCKED
   */
  note(topicsReady?: Promise<unknown>): Promise<void>
}

/**
 * Compares the topology with the one that left the state and the internal topics behind. Local copies that only have to be
 * laid out anew are wiped, to be rebuilt from their changelogs. To be called, and noted, before a task is opened.
 * @throws MillraceError TOPOLOGY_INCOMPATIBLE with the list of changes in its message and in `details.changes`;
 *   STATE_LOCKED; OutageError STATE_UNAVAILABLE, LOG_UNAVAILABLE
 */
export async function acceptTopology(check: FingerprintCheck): Promise<Accepted> {
  const { topology, applicationId, partitionsOf, state, logger, accept = false } = check
  const current = fingerprint(topology, { applicationId, partitionsOf })
  const { notes, found } = await (check.notes ?? readFingerprints(check))
  const changesPerNote = found.map((before) => (before === undefined ? [] : diffTopologies(before, current)))

  const incompatible = distinct(changesPerNote.flat()).filter(({ kind }) => kind === 'incompatible')
  if (incompatible.length > 0 && !accept) throw refusal(applicationId, incompatible)
  const local = state.note === undefined ? undefined : found[0]
  if (local !== undefined) await rebuild(changesPerNote[0]!, local, check)

  const changes = distinct(changesPerNote.flat())
  if (changes.length > 0)
    logger.info({ applicationId, changes }, `${applicationId} has changed:\n${changesText(changes)}`)
  const text = fingerprintText(current)
  const stale = notes.filter((_, index) => {
    const before = found[index]
    return before === undefined ? isDurable(current) : fingerprintText(before) !== text
  })
  return {
    changes,
    note: async (topicsReady) => {
      const write = async (note: StateNote) => {
        if (note !== state.note) await topicsReady
        await note.write(text)
      }
      await Promise.all(stale.map(write))
    },
  }
}

async function readFingerprint(note: StateNote): Promise<Fingerprint | undefined> {
  const text = await note.read()
  return text === undefined ? undefined : parseFingerprint(text)
}

/** @throws MillraceError STATE_INCOMPATIBLE: not a fingerprint, or one of a later format */
export function parseFingerprint(text: string): Fingerprint {
  try {
    const parsed = JSON.parse(text) as Fingerprint
    const { format, stores, repartitions, globals } = parsed
    if (format === 1 && [stores, repartitions, globals].every(Array.isArray)) return parsed
  } catch (cause) {
    throw new MillraceError('STATE_INCOMPATIBLE', 'the fingerprint of the topology is no JSON', { cause })
  }
  throw new MillraceError('STATE_INCOMPATIBLE', 'this is no fingerprint of a topology, or one of a later version')
}

function refusal(applicationId: string, changes: readonly TopologyChange[]): MillraceError {
  return new MillraceError(
    'TOPOLOGY_INCOMPATIBLE',
    `topology ${applicationId} does not fit what an earlier one has left behind:\n${changesText(changes)}\nRestore what was, or give the new one another application id, or reset the application`,
    { details: { applicationId, changes } },
  )
}

async function rebuild(
  changes: readonly TopologyChange[],
  before: Fingerprint,
  check: FingerprintCheck,
): Promise<void> {
  const { state, applicationId, logger, accept = false } = check
  const concerned = new Set(changes.flatMap(({ rebuilds }) => rebuilds))
  if (concerned.size === 0) return
  const lost = before.stores.filter(({ changelog, subTopology }) => changelog === null && concerned.has(subTopology))
  if (lost.length > 0 && !accept) {
    throw refusal(
      applicationId,
      lost.map(({ name }) => ({
        subject: `store ${name}`,
        message:
          'lies in tasks whose local copies have to be rebuilt; it has no changelog, so what it holds would be lost',
        kind: 'incompatible',
        rebuilds: [],
      })),
    )
  }
  for (const task of await state.tasks()) {
    if (!concerned.has(task === GLOBAL_TASK ? 'global' : Number(task.split('_')[0]))) continue
    logger.info({ applicationId, task }, `task ${task}: rebuilding its state from the changelogs`)
    await state.wipe(task)
  }
}

function distinct(changes: readonly TopologyChange[]): readonly TopologyChange[] {
  return [...new Map(changes.map((change) => [`${change.subject}: ${change.message}`, change])).values()]
}
