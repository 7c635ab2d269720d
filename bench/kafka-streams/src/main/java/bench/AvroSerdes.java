package bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.reflect.ReflectDatumReader;
import org.apache.avro.reflect.ReflectDatumWriter;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Avro in the Confluent wire format (a zero, the schema's id, the value). The harness says where the schemas are and which
 * ids the registry gave them, so that no time goes into asking it.
 */
final class AvroSerdes {
  private AvroSerdes() {}

  static Serde<Order> orders() {
    return serde(Order.class, Aggregate.env("ORDER_SCHEMA", ""), Aggregate.env("ORDER_SCHEMA_ID", "1"));
  }

  static Serde<Totals> totals() {
    return serde(Totals.class, Aggregate.env("TOTALS_SCHEMA", ""), Aggregate.env("TOTALS_SCHEMA_ID", "2"));
  }

  private static <T> Serde<T> serde(Class<T> type, String schemaFile, String id) {
    try {
      Schema schema = new Schema.Parser().parse(Files.readString(Path.of(schemaFile)));
      return Serdes.serdeFrom(serializer(schema, Integer.parseInt(id)), deserializer(type, schema));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static <T> Serializer<T> serializer(Schema schema, int id) {
    ReflectDatumWriter<T> writer = new ReflectDatumWriter<>(schema);
    ThreadLocal<BinaryEncoder> encoders = new ThreadLocal<>();
    return (topic, value) -> {
      if (value == null) return null;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
      bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, encoders.get());
      encoders.set(encoder);
      try {
        writer.write(value, encoder);
        encoder.flush();
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
      return bytes.toByteArray();
    };
  }

  private static <T> Deserializer<T> deserializer(Class<T> type, Schema schema) {
    ThreadLocal<ReflectDatumReader<T>> readers =
        ThreadLocal.withInitial(() -> new ReflectDatumReader<>(schema, schema, new org.apache.avro.reflect.ReflectData(type.getClassLoader())));
    ThreadLocal<BinaryDecoder> decoders = new ThreadLocal<>();
    return (topic, bytes) -> {
      if (bytes == null) return null;
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, decoders.get());
      decoders.set(decoder);
      try {
        return readers.get().read(null, decoder);
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    };
  }
}
