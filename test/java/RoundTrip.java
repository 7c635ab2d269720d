import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Apache Avro's own library as the other side of the wire. It answers requests on its standard input, one after the other;
 * a text or bytes are four bytes of length and then themselves.
 *
 * <pre>
 * r writer reader bytes  ->  the value, read as the reader's schema, as Avro's JSON
 * w schema json          ->  the value as bytes
 * </pre>
 */
public final class RoundTrip {
  private static final Map<String, Schema> schemas = new HashMap<>();

  public static void main(String[] args) throws IOException {
    DataInputStream in = new DataInputStream(System.in);
    DataOutputStream out = new DataOutputStream(System.out);
    for (int verb = in.read(); verb >= 0; verb = in.read()) {
      byte[] answer;
      try {
        answer = verb == 'r' ? read(in) : write(in);
      } catch (EOFException ended) {
        return;
      } catch (RuntimeException error) {
        answer = ("!" + error).getBytes(StandardCharsets.UTF_8);
      }
      out.writeInt(answer.length);
      out.write(answer);
      out.flush();
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    Schema writer = schemaOf(textFrom(in));
    Schema reader = schemaOf(textFrom(in));
    Decoder bytes = DecoderFactory.get().binaryDecoder(bytesFrom(in), null);
    Object value = new GenericDatumReader<Object>(writer, reader).read(null, bytes);
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    Encoder encoder = EncoderFactory.get().jsonEncoder(reader, json);
    new GenericDatumWriter<Object>(reader).write(value, encoder);
    encoder.flush();
    return json.toByteArray();
  }

  private static byte[] write(DataInputStream in) throws IOException {
    Schema schema = schemaOf(textFrom(in));
    Decoder json = DecoderFactory.get().jsonDecoder(schema, textFrom(in));
    Object value = new GenericDatumReader<Object>(schema).read(null, json);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Encoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<Object>(schema).write(value, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static Schema schemaOf(String text) {
    return schemas.computeIfAbsent(text, one -> new Schema.Parser().parse(one));
  }

  private static byte[] bytesFrom(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  private static String textFrom(DataInputStream in) throws IOException {
    return new String(bytesFrom(in), StandardCharsets.UTF_8);
  }
}
