import type { Command, CommanderError } from 'commander'
import { commander } from './commander'
import type { CommandOptions } from './output'

export interface Ended {
  readonly out: string
  readonly error: string
  readonly code: number
}

/** A verb in this process, for tests: what it wrote, and its exit code. */
export async function runCommand(
  register: (program: Command, options: CommandOptions) => void,
  options: Omit<CommandOptions, 'write'>,
  args: readonly string[],
): Promise<Ended> {
  const written = { out: '', error: '' }
  const { Command } = commander()
  const program = new Command('millrace').exitOverride().configureOutput({
    writeErr: (text) => {
      written.error += text
    },
  })
  register(program, {
    ...options,
    write: (text) => {
      written.out += text
    },
  })
  for (const command of withSubcommands(program)) command.exitOverride()
  const before = process.exitCode
  try {
    process.exitCode = 0
    await program.parseAsync([...args], { from: 'user' })
    return { ...written, code: Number(process.exitCode) }
  } catch (error) {
    return { ...written, code: (error as CommanderError).exitCode }
  } finally {
    process.exitCode = before
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return command.commands.flatMap((one) => [one, ...withSubcommands(one)])
}
