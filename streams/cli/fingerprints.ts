import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MillraceError, messageOf } from '../errors'
import { type Fingerprint, fingerprint } from '../graph/fingerprint'
import { diffTopologies, type TopologyChange } from '../graph/topology-diff'
import { parseFingerprint } from '../worker/fingerprint'
import { loadTopologies } from './load-topologies'

const FILE = 'fingerprint.json'

/**
 * The fingerprints of a module's topologies; or those in a JSON file, as `millrace topology fingerprint` prints them; or
 * those in a state directory, as workers leave them there.
 * @throws MillraceError CONFIG_INVALID, STATE_INCOMPATIBLE
 */
export async function loadFingerprints(source: string, directory: string): Promise<readonly Fingerprint[]> {
  const path = resolve(directory, source)
  if (isDirectory(path)) return inStateDirectory(path)
  if (path.endsWith('.json')) return inFile(path)
  return (await loadTopologies(source, directory)).map((topology) => fingerprint(topology))
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** `<state.dir>/<app-id>/fingerprint.json`, or one application's directory. */
function inStateDirectory(path: string): readonly Fingerprint[] {
  const directories = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const files = ['.', ...directories.map(({ name }) => name)]
    .map((name) => join(path, name, FILE))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
  if (files.length > 0) return files.flatMap(inFile)
  throw new MillraceError(
    'CONFIG_INVALID',
    `there is no ${FILE} in ${path}, nor in a directory of an application in it`,
  )
}

function inFile(path: string): readonly Fingerprint[] {
  const text = readText(path)
  if (!text.trimStart().startsWith('[')) return [parseFingerprint(text)]
  return (JSON.parse(text) as readonly unknown[]).map((one) => parseFingerprint(JSON.stringify(one)))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new MillraceError('CONFIG_INVALID', `cannot read ${path}: ${messageOf(cause)}`, { cause })
  }
}

export interface ApplicationChanges {
  readonly applicationId: string
  readonly changes: readonly TopologyChange[]
}

/** Compares application by application; one that is there no more has left all it kept behind. */
export function diffApplications(
  before: readonly Fingerprint[],
  after: readonly Fingerprint[],
): readonly ApplicationChanges[] {
  const ids = [...new Set([...before, ...after].map(({ applicationId }) => applicationId))].sort()
  const of = (all: readonly Fingerprint[], id: string) => all.find(({ applicationId }) => applicationId === id)
  return ids.map((applicationId) => ({
    applicationId,
    changes: changesOf(of(before, applicationId), of(after, applicationId)),
  }))
}

function changesOf(before: Fingerprint | undefined, after: Fingerprint | undefined): readonly TopologyChange[] {
  if (before === undefined) return [{ subject: 'application', message: 'is new', kind: 'compatible', rebuilds: [] }]
  if (after !== undefined) return diffTopologies(before, after)
  const keeps = before.stores.length + before.repartitions.length + before.globals.length > 0
  return [
    {
      subject: 'application',
      message: keeps ? 'is gone; all it has kept would be left behind' : 'is gone; it has kept nothing',
      kind: keeps ? 'incompatible' : 'compatible',
      rebuilds: [],
    },
  ]
}
