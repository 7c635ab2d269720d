export type { KafkaLogConfig } from './config'
export { kafkaConfigFromEnv } from './environment'
export { openKafkaLog } from './log'
export { type OauthOptions, oauthTokens } from './oauth'
