import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { VersionedSchema } from '../../registry/admin'
import { readManifest } from '../../registry/contracts/manifest'
import { identityOf } from '../../registry/identity'
import type { SchemaType } from '../../registry/port'
import { counted, DEFAULT_DIRECTORY, guarded, needed, type SchemaFlags, type Surroundings, usage, verb } from './common'

interface Flags extends SchemaFlags {
  readonly allVersions?: boolean
}

interface Downloaded {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly file: string
  readonly changed: boolean
}

const endings: Readonly<Record<SchemaType, string>> = { AVRO: 'avsc', JSON: 'json', PROTOBUF: 'proto' }

/** `millrace schemas download`: the newest version of each subject as a file, or every version under released/. */
export function downloadVerb(around: Surroundings): Command {
  const command = verb(
    'download [directory]',
    "a registry's schemas as files: the newest of each subject, or every version",
  )
    .argument(
      '[directory]',
      'where to (default: schemas); its schemas.json names the files, else they are named by subject',
    )
    .option('--registry <url>', 'the registry')
    .option('--all-versions', 'every version, as released/<file>.v<n>.avsc, in place of the newest')
  return command.action((to: string | undefined, flags: Flags) =>
    guarded(command, async () => {
      const directory = resolve(around.directory, to ?? DEFAULT_DIRECTORY)
      const registry = needed(around.registry(flags))
      const names = fileNames(directory, flags)
      const subjects = flags.subject ?? (names.size > 0 ? [...names.keys()] : await registry.subjects())
      const all = await Promise.all(subjects.map((subject) => registry.versions(subject)))
      const missing = subjects.find((_, at) => all[at]!.length === 0)
      if (missing !== undefined && flags.subject) throw usage(`the registry has no subject ${missing}`)
      const chosen = all.flatMap((versions) => (flags.allVersions ? versions : versions.slice(-1)))
      const files = chosen.map((version) => save(directory, version, names.get(version.subject), flags))
      const lines = files.map(
        ({ subject, version, file, changed }) =>
          `${file}: ${subject} version ${version}${changed ? '' : ' (as it was)'}\n`,
      )
      around.tell(flags, { files }, `${lines.join('')}${counted(files.length, 'schema')}\n`)
    }),
  )

  function fileNames(directory: string, { manifest }: Flags): ReadonlyMap<string, string> {
    const { subjects = {} } = readManifest(directory, manifest && resolve(around.directory, manifest))
    return new Map(Object.entries(subjects).map(([subject, { file }]) => [subject, file.replace(/\.avsc$/, '')]))
  }

  function save(directory: string, version: VersionedSchema, name: string | undefined, flags: Flags): Downloaded {
    const base = name ?? version.subject.replace(/[^\w.-]/g, '_')
    const ending = endings[version.type]
    const file = flags.allVersions ? join('released', `${base}.v${version.version}.${ending}`) : `${base}.${ending}`
    const path = join(directory, file)
    const text = prettyText(version)
    const changed = !existsSync(path) || readFileSync(path, 'utf8') !== text
    if (changed) {
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, text)
    }
    return { subject: version.subject, version: version.version, id: version.id, file: around.shown(path), changed }
  }
}

/** Indented, where that changes nothing else: numbers beyond what JavaScript has stay as they are written. */
function prettyText({ schema, type }: VersionedSchema): string {
  const pretty = type === 'PROTOBUF' ? schema : `${JSON.stringify(JSON.parse(schema), null, 2)}\n`
  const text = identityOf(pretty, type) === identityOf(schema, type) ? pretty : schema
  return text.endsWith('\n') ? text : `${text}\n`
}
