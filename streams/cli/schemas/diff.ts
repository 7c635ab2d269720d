import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { minify } from '../../registry/avro/text'
import { type Contracts, diffSchemas, diffText, type SchemaDiff, typeOf } from '../../registry/contracts'
import type { CompatibilityLevel } from '../../registry/levels'
import { guarded, levelOf, type Surroundings, usage, verb, verdict } from './common'
import { type PastFlags, pastOf } from './past'

interface Flags extends PastFlags {
  readonly level?: string
}

interface Compared extends SchemaDiff {
  readonly subject: string
  readonly before: string
  readonly after: string
  readonly level?: CompatibilityLevel
  /** Whether the change is allowed at that level. */
  readonly isAllowed: boolean
}

/** `millrace schemas diff`: field by field, with the levels that each change breaks, and why. */
export function diffVerb(around: Surroundings): Command {
  const command = verb('diff [before] [after]', 'what has changed, field by field, which level it breaks, and why')
    .argument('[before]', 'a file; or the directory of the contracts (default: schemas)')
    .argument('[after]', 'a file')
    .option('--registry <url>', 'between the newest version in a registry and the directory')
    .option('--against <revision>', 'between a git revision and the directory')
    .option('--released', 'between the newest version in released/ and the directory')
    .option('--level <level>', 'end with exit code 1 when the change is not allowed at this level')
  return command.action((before: string | undefined, after: string | undefined, flags: Flags) =>
    guarded(command, async () => {
      const level = flags.level === undefined ? undefined : levelOf(flags.level)
      const all =
        before !== undefined && after !== undefined
          ? [compareFiles(before, after, level)]
          : await compareDirectory(around.contracts(before, flags), flags, level)
      const changed = all.filter(({ changes }) => changes.length > 0)
      around.tell(flags, { diffs: changed }, changed.length === 0 ? 'no changes\n' : changed.map(textOf).join('\n'))
      verdict(all.every(({ isAllowed }) => isAllowed))
    }),
  )

  function compareFiles(before: string, after: string, level?: CompatibilityLevel): Compared {
    const [old, now] = [before, after].map((file) => typeOf({ file, schema: minify(read(file)) }))
    return compared({ subject: after, before, after, level }, diffSchemas(old!, now!))
  }

  function read(file: string): string {
    const path = resolve(around.directory, file)
    if (existsSync(path) && statSync(path).isFile()) return readFileSync(path, 'utf8')
    throw usage(`there is no file ${file}`)
  }

  async function compareDirectory(contracts: Contracts, flags: Flags, level?: CompatibilityLevel) {
    const past = pastOf(around, contracts, flags)
    const pairs = past.flatMap((one) => contracts.contracts.map((contract) => ({ one, contract })))
    const all = await Promise.all(
      pairs.map(async ({ one, contract }) => {
        const before = (await one.versions(contract)).at(-1)
        if (before === undefined) return []
        const { subject, file } = contract
        const about = { subject, before: before.label, after: file, level: level ?? (await one.level(contract)) }
        return [compared(about, diffSchemas(before.type, typeOf(contract)))]
      }),
    )
    return all.flat()
  }
}

type About = Pick<Compared, 'subject' | 'before' | 'after' | 'level'>

function compared(about: About, diff: SchemaDiff): Compared {
  return { ...about, ...diff, isAllowed: about.level === undefined || diff.allowed.includes(about.level) }
}

function textOf({ subject, before, after, level, isAllowed, ...diff }: Compared): string {
  const end = isAllowed ? '' : `not allowed: ${subject} is ${level}\n`
  return `${subject}: ${before} -> ${after}\n${diffText(diff).replaceAll(/^(?=.)/gm, '  ')}${end && `  ${end}`}`
}
