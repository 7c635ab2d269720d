import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KafkaHandle, StartOptions } from './handle'
import { runKafkaTool } from './java'

const login = (user: string) =>
  `org.apache.kafka.common.security.plain.PlainLoginModule required username="${user}" password="${user}"`

/** A broker on which each user (whose password is the name) may do only what was allowed; `broker` may do all. */
export function guarded(...users: readonly string[]): StartOptions {
  const passwords = ['broker', ...users].map((user) => `user_${user}="${user}"`).join(' ')
  return {
    properties: {
      'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.plaintext.plain.sasl.jaas.config': `${login('broker')} ${passwords};`,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:broker;User:ANONYMOUS',
    },
  }
}

/** Adds an ACL, named as `kafka-acls` does, such as `'--operation', 'Read', '--topic', 'orders'`. */
export async function allow(kafka: KafkaHandle, user: string, ...what: readonly string[]): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'millrace-acl-'))
  try {
    const config = path.join(directory, 'admin.properties')
    const lines = ['security.protocol=SASL_PLAINTEXT', 'sasl.mechanism=PLAIN', `sasl.jaas.config=${login('broker')};`]
    await writeFile(config, lines.join('\n'))
    const to = ['--bootstrap-server', kafka.brokers[0]!, '--command-config', config]
    const acl = ['--add', '--allow-principal', `User:${user}`, ...what]
    await runKafkaTool('org.apache.kafka.tools.AclCommand', [...to, ...acl])
  } finally {
    await rm(directory, { recursive: true })
  }
}
