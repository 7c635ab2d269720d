import { OutageError } from 'millrace'
import { MongoBulkWriteError, MongoError, MongoServerError } from 'mongodb'

const duplicateKey = 11_000
/** Codes with which MongoDB refuses a document for what it is; trying again cannot help. */
const refusedDocuments = new Set([2, 9, 22, 121, 10_334, 17_280])

/**
 * Passes over refusals by a unique key: another writer had put the same event, or a newer version of the order, there
 * first, which is what the guard is for. Everything else that went wrong in the batch is thrown.
 */
export function exceptDuplicates(error: unknown): void {
  if (error instanceof MongoBulkWriteError && error.result !== undefined) {
    const refusals = [error.writeErrors].flat()
    const duplicates = refusals.filter(({ code }) => code === duplicateKey)
    // A connection that breaks in the midst of a batch comes as the same class, without any refusal.
    const allKnown = refusals.length > 0 && duplicates.length === refusals.length
    if (allKnown && error.result.getWriteConcernError() === undefined) return
  }
  throw error
}

/** MongoDB not answering, or not as it should, is an outage: the records wait. Only a document it cannot hold is at fault itself. */
export function outage(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error
  if (error instanceof MongoServerError && refusedDocuments.has(Number(error.code))) return error
  return new OutageError('STATE_UNAVAILABLE', `MongoDB is not available: ${error.message}`, { cause: error })
}
