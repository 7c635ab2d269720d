import { MillraceError } from '../../errors'
import type { OpenSerde, Serde, SerdeContext } from '../serde'
import type { PersonalFields } from './fields'
import { defaultRedacted } from './leaves'
import { isSealed, keyIdsIn } from './sealed'
import { opened, sealed } from './transform'

/** `sealed`: values keep their personal fields sealed. `open`: as they were, or redacted where the person is forgotten. */
export type PersonalForm = 'sealed' | 'open'

/**
 * A serde that lets no personal field out unsealed. What it reads stays sealed, unless it is asked for open: what flows
 * through topics, stores and read models needs no key, and forgetting a person reaches all of it at once.
 */
export function encrypting<T>(serde: Serde<T>, fields: PersonalFields, form: PersonalForm): Serde<T> {
  const open = (context: SerdeContext): OpenSerde<T> => {
    const inner = serde.open(context)
    const { personalKeys: keys } = context
    const encode = (value: T) => inner.encode(sealed(fields, value, keys, context) as T)
    const describe = (value: T) => withoutPersonal(fields, value)
    if (form === 'sealed') return { ...inner, encode, describe }
    if (keys === undefined) {
      const message = `${context.topic} (${context.role}) is read open and needs keys: give the worker \`personalKeys\``
      throw new MillraceError('CONFIG_INVALID', message)
    }
    return {
      ...inner,
      encode,
      describe,
      decode: (bytes) => opened(fields, inner.decode(bytes), keys) as T,
      prepare: (batch) => {
        const ids = new Set<string>()
        for (const bytes of batch) if (bytes !== null) keyIdsIn(bytes, ids)
        return both(inner.prepare?.(batch), ids.size === 0 ? undefined : keys.fetch(ids))
      },
    }
  }
  return Object.freeze({ ...serde, open })
}

/** What cannot be written may lack the very field that says whose it is; then nothing of it is shown. */
function withoutPersonal(fields: PersonalFields, value: unknown): string {
  try {
    const shown = fields.map(value, (leaf) => (isSealed(leaf.value) ? leaf.value : defaultRedacted))
    return JSON.stringify(shown) ?? ''
  } catch {
    return 'a value with personal data that cannot be shown'
  }
}

function both(one: Promise<void> | undefined, other: Promise<void> | undefined): Promise<void> | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Promise.all([one, other]).then(() => undefined)
}
