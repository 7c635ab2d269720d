/** What the suites of the dialect share: questions over HTTP, schemas, and subjects that no other test has. */

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export type Ask = (method: string, path: string, body?: object) => Promise<Answer>

export function asking(url: () => string): Ask {
  return async (method, path, body) => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const response = await fetch(`${url()}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, body: await response.json() }
  }
}

let count = 0

/** Tests share a registry, which may be slow to start, and its subjects stay. */
export function newSubject(): string {
  count += 1
  return `topic-${count}-value`
}

/** Of a name of its own, so that its id is its own too. */
export function recordOf(subject: string, ...fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name: subject.replaceAll('-', '_'), namespace: 'shapes', fields })
}

export const x = { name: 'x', type: 'int' }
export const y = { name: 'y', type: 'int', default: 0 }
export const required = { name: 'z', type: 'int' }

export function errorOf({ body }: Answer): number {
  return (body as { readonly error_code: number }).error_code
}
