/** What a registry says no to, with the error code that Confluent's answers (`details.restCode`). */
import { TerminalError } from '../errors'

function refused(
  code: 'SCHEMA_UNKNOWN' | 'SCHEMA_INVALID' | 'REGISTRY_REFUSED',
  restCode: number,
  message: string,
): TerminalError {
  return new TerminalError(code, message, { details: { restCode } })
}

export const subjectUnknown = (subject: string) => refused('SCHEMA_UNKNOWN', 40401, `Subject '${subject}' not found.`)

export const versionUnknown = (version: number | string) =>
  refused('SCHEMA_UNKNOWN', 40402, `Version ${version} not found.`)

export const schemaUnknown = (id: number) =>
  new TerminalError('SCHEMA_UNKNOWN', `no schema has the id ${id}`, {
    details: { id, restCode: 40403 },
  })

export const subjectSoftDeleted = (subject: string) =>
  refused('REGISTRY_REFUSED', 40404, `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`)

export const subjectNotSoftDeleted = (subject: string) =>
  refused('REGISTRY_REFUSED', 40405, `Subject '${subject}' was not deleted first before being permanently deleted`)

export const versionSoftDeleted = (subject: string, version: number) =>
  refused(
    'REGISTRY_REFUSED',
    40406,
    `Subject '${subject}' Version ${version} was soft deleted. Set permanent=true to delete permanently`,
  )

export const versionNotSoftDeleted = (subject: string, version: number) =>
  refused(
    'REGISTRY_REFUSED',
    40407,
    `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
  )

export const readOnly = (subject: string) =>
  refused('REGISTRY_REFUSED', 42205, `Subject ${subject} is in read-only mode`)

export const notImporting = (subject: string) =>
  refused('REGISTRY_REFUSED', 42205, `Subject ${subject} is not in import mode`)

export const idNeeded = (subject: string) =>
  refused('REGISTRY_REFUSED', 42205, `Subject ${subject} is in import mode: a schema has to come with its id`)

export const notEmpty = (what: string) =>
  refused('REGISTRY_REFUSED', 42205, `Cannot import since ${what} has schemas already; force=true does it all the same`)

export const idTaken = (id: number) =>
  refused('REGISTRY_REFUSED', 42205, `Overwrite new schema with id ${id} is not permitted: another schema has it`)

export const versionTaken = (subject: string, version: number) =>
  refused('REGISTRY_REFUSED', 42205, `Subject ${subject} has another schema as version ${version} already`)

export const referenceExists = (subject: string, version: number) =>
  refused(
    'REGISTRY_REFUSED',
    42206,
    `One or more references exist to the schema of subject ${subject}, version ${version}`,
  )

export const subjectWithoutName = () => refused('SCHEMA_INVALID', 42208, 'a subject needs a name')

export const referenceUnknown = (subject: string, version: number) =>
  refused('SCHEMA_INVALID', 42201, `No schema reference found for subject ${subject} and version ${version}`)
