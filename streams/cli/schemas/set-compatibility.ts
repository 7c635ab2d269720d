import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { MANIFEST } from '../../registry/contracts'
import type { CompatibilityLevel } from '../../registry/levels'
import { guarded, levelOf, type SchemaFlags, type Surroundings, usage, verb } from './common'

/** `millrace schemas set-compatibility`: in a registry, in the manifest of a directory, or in both. */
export function setCompatibilityVerb(around: Surroundings): Command {
  const command = verb(
    'set-compatibility <level> [directory]',
    'say how subjects may change: in a registry, in schemas.json, or in both',
  )
    .argument('<level>', 'NONE, BACKWARD, FORWARD, FULL, or one of the last three with _TRANSITIVE')
    .argument('[directory]', 'of .avsc files: its schemas.json is changed')
    .option('--registry <url>', 'the registry (default: the one of the environment, without a directory)')
  return command.action((wanted: string, directory: string | undefined, flags: SchemaFlags) =>
    guarded(command, async () => {
      const level = levelOf(wanted)
      const registry = directory === undefined || flags.registry !== undefined ? around.registry(flags) : undefined
      if (directory === undefined && registry === undefined)
        throw usage('say where: a directory, --registry <url>, or KAFKA_SCHEMA_REGISTRY')
      const places: string[] = []
      if (directory !== undefined) places.push(around.shown(setInManifest(directory, level, flags)))
      if (registry !== undefined) {
        for (const subject of flags.subject ?? [undefined]) await registry.setLevel(level, subject)
        places.push(registry.url)
      }
      const whose = flags.subject?.join(', ') ?? 'all subjects that have no level of their own'
      around.tell(
        flags,
        { level, subjects: flags.subject ?? null, places },
        `${whose}: ${level} in ${places.join(' and ')}\n`,
      )
    }),
  )

  function setInManifest(directory: string, level: CompatibilityLevel, flags: SchemaFlags): string {
    const { contracts } = around.contracts(directory, flags)
    const path = resolve(around.directory, flags.manifest ?? join(directory, MANIFEST))
    const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
    if (flags.subject === undefined) manifest.compatibility = level
    else {
      // Once there is a list of subjects, it has to have them all.
      manifest.subjects ??= Object.fromEntries(
        around.contracts(directory, { ...flags, subject: undefined }).contracts.map((one) => [one.subject, one.file]),
      )
      for (const { subject, file } of contracts) manifest.subjects[subject] = { file, compatibility: level }
    }
    writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`)
    return path
  }
}
