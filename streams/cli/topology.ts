import type { Command } from 'commander'
import { MillraceError } from '../errors'
import { describe } from '../graph/describe'
import { type Fingerprint, fingerprint, fingerprintHash, fingerprintText } from '../graph/fingerprint'
import { mermaid } from '../graph/mermaid'
import { drawnSteps } from '../graph/picture'
import type { Topology } from '../graph/topology'
import { changesText } from '../graph/topology-diff'
import { diffApplications, loadFingerprints } from './fingerprints'
import { loadTopologies } from './load-topologies'

interface Flags {
  readonly json?: boolean
}

interface FingerprintFlags extends Flags {
  readonly hash?: boolean
  readonly applicationId?: string
}

export interface TopologyCommandOptions {
  /** Default: the standard output. */
  readonly write?: (text: string) => void
  /** Paths are relative to it. Default: the working directory. */
  readonly directory?: string
}

/**
 * `millrace topology describe|mermaid|fingerprint|diff`. Exit code 2 says that a module or file is no good; `diff` ends
 * with 1 when it has found an incompatible change.
 */
export function registerTopology(program: Command, options: TopologyCommandOptions = {}): void {
  const { write = (text) => void process.stdout.write(text), directory = process.cwd() } = options
  const topology = program.command('topology').description('look at the topologies a module exports, and compare them')
  const guarded = <A extends readonly unknown[]>(command: Command, run: (...args: A) => Promise<void>) =>
    command.action((...args: unknown[]) => run(...(args as unknown as A)).catch((error) => refuse(command, error)))
  const each = async (
    module: string,
    text: (of: Topology) => string,
    json: ((of: Topology) => unknown) | undefined,
  ) => {
    const topologies = await loadTopologies(module, directory)
    if (json !== undefined) write(`${JSON.stringify(topologies.map(json), null, 2)}\n`)
    else write(topologies.length === 1 ? text(topologies[0]!) : headed(topologies, text))
  }

  guarded(
    topology
      .command('describe <module>')
      .description("in the text of Kafka Streams' Topology#describe, which its visualisers draw")
      .option('--json', 'as a JSON array'),
    (module: string, flags: Flags) => each(module, describe, flags.json ? asJson : undefined),
  )
  guarded(
    topology.command('mermaid <module>').description('as Mermaid flowcharts').option('--json', 'as a JSON array'),
    (module: string, flags: Flags) =>
      each(module, mermaid, flags.json ? (of) => ({ topology: of.name, mermaid: mermaid(of) }) : undefined),
  )
  guarded(
    topology
      .command('fingerprint <module>')
      .description(
        'what outlives the process: stores, changelogs, repartition topics; for `diff`, and to keep in version control',
      )
      .option('--hash', 'only a hash and the application id, one topology a line')
      .option('--application-id <id>', "of the worker, where it is not the topology's name")
      .option('--json', 'as JSON, as it is without --hash'),
    async (module: string, flags: FingerprintFlags) => {
      const { hash, applicationId } = flags
      const all = (await loadTopologies(module, directory)).map((of) => fingerprint(of, { applicationId }))
      write(hash ? hashes(all, flags) : fingerprintsText(all))
    },
  )
  guarded(
    topology
      .command('diff <before> <after>')
      .description('what has changed; before and after are modules, files of fingerprints, or state directories')
      .option('--json', 'as a JSON array'),
    async (before: string, after: string, flags: Flags) => {
      const [from, to] = [await loadFingerprints(before, directory), await loadFingerprints(after, directory)]
      const all = diffApplications(from, to).filter(({ changes }) => changes.length > 0)
      const incompatible = all.some(({ changes }) => changes.some(({ kind }) => kind === 'incompatible'))
      if (flags.json) write(`${JSON.stringify(all, null, 2)}\n`)
      else if (all.length === 0) write('no changes\n')
      else
        write(all.map(({ applicationId, changes }) => `${applicationId}\n${indented(changesText(changes))}\n`).join(''))
      if (incompatible) process.exitCode = 1
    },
  )
}

/** What is wrong with a module or a file is the user's to mend, and is no bug of ours. */
function refuse(command: Command, error: unknown): void {
  if (!(error instanceof MillraceError)) throw error
  command.error(`error: ${error.message}`, { exitCode: 2 })
}

/** Several topologies, each behind its name; in Mermaid, where a line that begins so is a comment. */
function headed(topologies: readonly Topology[], text: (of: Topology) => string): string {
  const mark = text === mermaid ? '%%' : '#'
  return topologies.map((of) => `${mark} ${of.name}\n${text(of)}`).join('')
}

function asJson(topology: Topology): unknown {
  const names = (steps: readonly { readonly name: string }[]) => steps.map(({ name }) => name)
  return {
    topology: topology.name,
    subTopologies: topology.subTopologies.map((sub) => ({
      id: sub.id,
      steps: drawnSteps(sub).map(({ name, role, topics, stores, successors, predecessors }) => ({
        name,
        role,
        topics,
        stores,
        successors: names(successors),
        predecessors: names(predecessors),
      })),
    })),
  }
}

function hashes(all: readonly Fingerprint[], { json }: Flags): string {
  const hashed = all.map((one) => ({ applicationId: one.applicationId, hash: fingerprintHash(one) }))
  if (json) return `${JSON.stringify(hashed, null, 2)}\n`
  return hashed.map(({ applicationId, hash }) => `${hash}  ${applicationId}\n`).join('')
}

function fingerprintsText(all: readonly Fingerprint[]): string {
  return all.length === 1 ? fingerprintText(all[0]!) : `${JSON.stringify(all, null, 2)}\n`
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
