import { join } from 'node:path'
import type { Command } from 'commander'
import { findingText, validateContracts } from '../../registry/contracts'
import { parseRegistered } from '../../registry/references'
import { counted, guarded, needed, type SchemaFlags, type Surroundings, verb, verdict } from './common'

/** `millrace schemas validate`: texts, names, references and defaults; of a directory, and of a registry's subjects. */
export function validateVerb(around: Surroundings): Command {
  const command = verb('validate [directory]', 'are the files schemas? parses, names, references, defaults that fit')
    .argument('[directory]', 'of .avsc files (default: schemas, unless --registry is given)')
    .option('--registry <url>', 'look at the schemas of a registry')
  return command.action((directory: string | undefined, flags: SchemaFlags) =>
    guarded(command, async () => {
      const inFiles = directory !== undefined || flags.registry === undefined ? validateFiles(directory, flags) : []
      const inRegistry = flags.registry === undefined ? [] : await validateRegistry(flags)
      const findings = [...inFiles, ...inRegistry]
      const text = findings.map((finding) => `${findingText(finding)}\n`).join('')
      const summary = findings.length === 0 ? 'all schemas are valid\n' : `${counted(findings.length, 'finding')}\n`
      around.tell(flags, { valid: findings.length === 0, findings }, text + summary)
      verdict(findings.length === 0)
    }),
  )

  function validateFiles(directory: string | undefined, flags: SchemaFlags) {
    const contracts = around.contracts(directory, flags)
    const files = flags.subject && contracts.contracts.map(({ file }) => join(contracts.directory, file))
    return validateContracts(contracts)
      .filter(({ file }) => files?.includes(file) ?? true)
      .map((finding) => ({ ...finding, file: around.shown(finding.file) }))
  }

  async function validateRegistry(flags: SchemaFlags) {
    const registry = needed(around.registry(flags))
    const subjects = flags.subject ?? (await registry.subjects())
    const all = (await Promise.all(subjects.map((subject) => registry.versions(subject)))).flat()
    return all.flatMap((version) => {
      if (version.type !== 'AVRO') return []
      try {
        parseRegistered(version)
        return []
      } catch (error) {
        const { subject } = version
        const file = `${subject} version ${version.version}`
        return [{ file, subject, rule: 'SCHEMA', message: (error as Error).message }]
      }
    })
  }
}
