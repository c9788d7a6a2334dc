/**
 * The messages of flagd.sync.v1 (https://buf.build/open-feature/flagd, sync.proto) and gRPC's framing, as far as a
 * server of flags needs them: one text, or one object of texts. Pure.
 */

/** One message as gRPC puts it on the wire: not compressed, its length, itself. */
export function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** SyncFlagsResponse and FetchAllFlagsResponse: `string flag_configuration = 1`. */
export function configurationMessage(text: string): Buffer {
  return lengthDelimited(1, Buffer.from(text));
}

/** GetMetadataResponse: `google.protobuf.Struct metadata = 2`. */
export function metadataMessage(fields: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(fields).map(([key, value]) => {
    // Struct.fields is a map of texts to Value, whose `string_value` is 3.
    const entry = [
      lengthDelimited(1, Buffer.from(key)),
      lengthDelimited(2, lengthDelimited(3, Buffer.from(value))),
    ];
    return lengthDelimited(1, Buffer.concat(entry));
  });
  return lengthDelimited(2, Buffer.concat(entries));
}

function lengthDelimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left > 0x7f) {
    bytes.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  return Buffer.from([...bytes, left]);
}
