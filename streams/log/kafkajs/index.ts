export { type KafkaLogConfig, kafkaConfigFromEnv } from './config'
export { openKafkaLog } from './log'
