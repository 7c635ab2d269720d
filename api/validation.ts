import { type TSchema, TypeGuard } from '@sinclair/typebox'
import { TypeCompiler, type ValueError, ValueErrorType } from '@sinclair/typebox/compiler'
import type { FastifySchemaCompiler } from 'fastify'
import type { FieldError } from './problems'

/** Where a schema's own message would not help: what the value must be, in words. */
export const expected = 'x-expected'

/** What failed, by field; fastify hands it to the error handler. */
export interface InvalidRequest extends Error {
  readonly fields: readonly FieldError[]
}

/** Checks bodies, parameters and headers as they come; converts numbers in a query, which knows only text. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = TypeCompiler.Compile(schema)
  const where = httpPart === 'body' ? 'body' : ''
  return (given: unknown) => {
    const value = httpPart === 'querystring' ? withNumbers(schema, given) : given
    if (check.Check(value)) return { value }
    const fields = onePerField([...check.Errors(value)].map((error) => fieldError(error, where)))
    return { error: Object.assign(new Error('the request is invalid'), { fields }) }
  }
}

export function isInvalidRequest(error: unknown): error is InvalidRequest {
  return error instanceof Error && Array.isArray((error as Partial<InvalidRequest>).fields)
}

function withNumbers(schema: TSchema, query: unknown): unknown {
  if (!TypeGuard.IsObject(schema) || typeof query !== 'object' || query === null) return query
  const convert = ([name, value]: readonly [string, unknown]) => {
    const wanted = schema.properties[name]
    const whole =
      wanted !== undefined && TypeGuard.IsInteger(wanted) && typeof value === 'string' && /^-?\d{1,9}$/.test(value)
    return [name, whole ? Number(value) : value] as const
  }
  return Object.fromEntries(Object.entries(query).map(convert))
}

function fieldError({ path, schema, type, message }: ValueError, where: string): FieldError {
  const field = fieldAt(path) || where
  if (type === ValueErrorType.ObjectRequiredProperty) return { field, message: 'is missing' }
  const words: unknown = schema[expected]
  return { field, message: typeof words === 'string' ? `must be ${words}` : `is wrong: ${message.toLowerCase()}` }
}

/** `/items/0/price` is `items[0].price`. */
function fieldAt(path: string): string {
  return path
    .slice(1)
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
}

/** A missing field is also of a wrong type; the first is said, and a caller drowns in no more than ten. */
function onePerField(errors: readonly FieldError[]): readonly FieldError[] {
  const first = new Map<string, FieldError>()
  for (const error of errors) if (!first.has(error.field)) first.set(error.field, error)
  return [...first.values()].slice(0, 10)
}
