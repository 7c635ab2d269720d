import type { Command } from 'commander'
import type { CommandOptions } from '../output'
import { surroundings } from './common'
import { diffVerb } from './diff'
import { downloadVerb } from './download'
import { generateVerb } from './generate'
import { listVerb } from './list'
import { registerVerb } from './register'
import { releaseVerb } from './release'
import { setCompatibilityVerb } from './set-compatibility'
import { testCompatibilityVerb } from './test-compatibility'
import { validateVerb } from './validate'

/** `millrace schemas …`: contracts in a directory, schemas in a registry, and what lies between them. */
export function registerSchemas(program: Command, options: CommandOptions = {}): void {
  const around = surroundings(options)
  const schemas = program.command('schemas').description('contracts in .avsc files, and the schemas of a registry')
  const verbs = [
    validateVerb,
    testCompatibilityVerb,
    diffVerb,
    releaseVerb,
    registerVerb,
    downloadVerb,
    listVerb,
    setCompatibilityVerb,
    generateVerb,
  ]
  for (const make of verbs) {
    const command = make(around)
    schemas.addCommand(command)
    command.copyInheritedSettings(schemas)
  }
}
