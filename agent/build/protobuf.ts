/** As much of Protocol Buffers and of gRPC's frames as a build's session needs: texts by their number. Pure. */

/** Frame of a gRPC message: not compressed, length, message. */
export function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** A field of a message that is a text. */
export function text(field: number, value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** The text of a field; `undefined` where it is not there, or the message is none. */
export function textField(message: Buffer, field: number): string | undefined {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < message.length) {
    const tag = number();
    if (tag % 8 === 0) {
      number();
      continue;
    }
    // Of the kinds with a length, and nothing else is in these messages.
    const length = number();
    if (tag % 8 !== 2 || !(at + length <= message.length)) return undefined;
    if (Math.floor(tag / 8) === field) return message.toString('utf8', at, at + length);
    at += length;
  }
  return undefined;
}
