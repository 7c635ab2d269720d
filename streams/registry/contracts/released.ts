/** Versions of contracts that have been released, kept beside them: what a clean clone and CI compare with. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf } from '../identity'
import type { Finding, PastVersion } from './check'
import { type Contract, type Contracts, readSources, typeOf } from './contracts'

/** In the directory of the contracts. */
export const RELEASED = 'released'

export interface ReleasedVersion extends PastVersion {
  readonly version: number
  /** Relative to the directory of the contracts. */
  readonly file: string
  readonly schema: string
}

/** `released/order-event.v1.avsc`, `…v2.avsc` and so on, oldest first; each stands for itself. @throws TerminalError SCHEMA_INVALID */
export function releasedVersions(directory: string, contract: Pick<Contract, 'file'>): readonly ReleasedVersion[] {
  const folder = join(directory, RELEASED)
  if (!existsSync(folder)) return []
  const base = contract.file.replace(/\.avsc$/, '')
  const versions = readSources(folder).flatMap(({ file, text }) => {
    const [, name, version] = /^(.*)\.v(\d+)\.avsc$/.exec(file) ?? []
    if (name !== base) return []
    const path = `${RELEASED}/${file}`
    const type = typeOf({ file: join(directory, path), schema: text })
    return [{ version: Number(version), file: path, schema: text, type, label: `released version ${version}` }]
  })
  return versions.sort((one, other) => one.version - other.version)
}

/** Released versions whose contract is gone: what was written with them could be read by nobody. */
export function orphanedReleases({ directory, contracts }: Contracts): readonly Finding[] {
  const folder = join(directory, RELEASED)
  if (!existsSync(folder)) return []
  const names = new Set(contracts.map(({ file }) => file.replace(/\.avsc$/, '')))
  return readSources(folder)
    .filter(({ file }) => !names.has(file.replace(/\.v\d+\.avsc$/, '')))
    .map(({ file }) => ({
      file: join(folder, file),
      rule: 'REMOVED',
      message: 'its contract is gone; bring it back, or delete this file too once nothing that it wrote is left',
    }))
}

export interface Release {
  readonly subject: string
  readonly version: number
  /** Relative to the directory of the contracts. */
  readonly file: string
  /** False where the contract is as it was released last. */
  readonly isNew: boolean
}

/** Writes down each contract that has changed since it was released last, as its next version. */
export function release(contracts: Contracts, chosen = contracts.contracts): readonly Release[] {
  const { directory } = contracts
  return chosen.map((contract) => {
    const { subject, schema } = contract
    typeOf(contract)
    const last = releasedVersions(directory, contract).at(-1)
    if (last && identityOf(last.schema, 'AVRO') === identityOf(schema, 'AVRO'))
      return { subject, version: last.version, file: last.file, isNew: false }
    const version = (last?.version ?? 0) + 1
    const file = `${RELEASED}/${contract.file.replace(/\.avsc$/, '')}.v${version}.avsc`
    mkdirSync(join(directory, RELEASED), { recursive: true })
    writeFileSync(join(directory, file), releasedText(contract))
    return { subject, version, file, isNew: true }
  })
}

/** As it is written, unless it needs other files. */
function releasedText({ schema, text }: Contract): string {
  return identityOf(schema, 'AVRO') === identityOf(text, 'AVRO')
    ? text
    : `${JSON.stringify(JSON.parse(schema), null, 2)}\n`
}
