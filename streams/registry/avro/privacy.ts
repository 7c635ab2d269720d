import { isJsonArray, type JsonObject, plainJson } from './json'
import type { RecordField } from './schema'

/** Properties of a field that Avro passes over and the encryption of fields goes by; what is not as it should be is passed over. */
export function privacyOf(props: JsonObject): Pick<RecordField, 'tags' | 'subject' | 'redacted'> {
  const list = props.get('confluent:tags')
  const tags = isJsonArray(list) ? list.filter((tag) => typeof tag === 'string') : []
  const redacted = props.get('millrace.redacted')
  return {
    ...(tags.length > 0 && { tags }),
    ...(props.get('millrace.subject') === true && { subject: true }),
    ...(redacted !== undefined && { redacted: { json: plainJson(redacted) } }),
  }
}
