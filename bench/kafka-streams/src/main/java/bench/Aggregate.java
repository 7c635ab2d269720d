package bench;

import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The comparator: the topology of ../aggregate.ts in Kafka Streams, with the same environment. Every input loads, updates
 * and stores the state of its key and puts out one record, so the record cache is off. Runs until it is killed.
 */
public final class Aggregate {
  public static void main(String[] args) {
    KafkaStreams streams = new KafkaStreams(topology(), properties());
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  private static Topology topology() {
    boolean avro = "1".equals(env("AVRO", "0"));
    Serde<Order> orders = avro ? AvroSerdes.orders() : new JsonSerde<>(Order.class);
    Serde<Totals> totals = avro ? AvroSerdes.totals() : new JsonSerde<>(Totals.class);
    Materialized.StoreType storeType =
        "memory".equals(env("STORE", "persistent"))
            ? Materialized.StoreType.IN_MEMORY
            : Materialized.StoreType.ROCKS_DB;
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(env("IN_TOPIC", "orders"), Consumed.with(Serdes.String(), orders))
        .groupByKey()
        .aggregate(
            Totals::new,
            (key, order, sums) -> sums.add(order),
            Materialized.<String, Totals, KeyValueStore<Bytes, byte[]>>as("totals-of")
                .withStoreType(storeType)
                .withKeySerde(Serdes.String())
                .withValueSerde(totals)
                .withCachingDisabled())
        .toStream()
        .to(env("OUT_TOPIC", "totals"), Produced.with(Serdes.String(), totals));
    return builder.build();
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, env("APP_ID", "aggregate"));
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, env("KAFKA_BROKERS", "localhost:9092"));
    properties.put(StreamsConfig.STATE_DIR_CONFIG, env("STATE_DIR", "./data/bench"));
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, env("THREADS", "1"));
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, env("COMMIT_MS", "100"));
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
    properties.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        "1".equals(env("EOS", "0")) ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    String linger = System.getenv("LINGER_MS");
    if (linger != null) properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), linger);
    return properties;
  }

  static String env(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }
}
