/**
 * BuildKit's progress records (`moby.buildkit.trace`): protobuf, message StatusResponse of moby/buildkit's
 * api/services/control/control.proto. Only the fields that are shown are read; unknown ones are skipped.
 */

export interface Vertex {
  readonly digest: string;
  /** `[build 3/5] RUN npm ci`, `[internal] load remote build context`, `exporting to image`. */
  readonly name: string;
  readonly cached: boolean;
  /** Milliseconds since the epoch. */
  readonly started: number | undefined;
  readonly completed: number | undefined;
  readonly error: string;
}

export interface Trace {
  readonly vertexes: readonly Vertex[];
  readonly logs: readonly { readonly vertex: string; readonly data: Uint8Array }[];
  /** What the builder warns of. */
  readonly warnings: readonly string[];
}

/** Throws a RangeError when the record is cut short. */
export function decodeTrace(record: Uint8Array): Trace {
  const fields = fieldsOf(record);
  return {
    vertexes: all(fields, 1).map(vertexOf),
    logs: all(fields, 3).map((log) => {
      const inner = fieldsOf(log);
      return { vertex: text(inner, 1), data: all(inner, 4)[0] ?? new Uint8Array(0) };
    }),
    warnings: all(fields, 4).map((warning) => text(fieldsOf(warning), 3)),
  };
}

function vertexOf(record: Uint8Array): Vertex {
  const fields = fieldsOf(record);
  return {
    digest: text(fields, 1),
    name: text(fields, 3),
    cached: fields.some(({ number, value }) => number === 4 && value === 1),
    started: time(fields, 5),
    completed: time(fields, 6),
    error: text(fields, 7),
  };
}

interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

function all(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) =>
    field.number === number && typeof field.value !== 'number' ? [field.value] : [],
  );
}

function text(fields: readonly Field[], number: number): string {
  return Buffer.from(all(fields, number)[0] ?? []).toString('utf8');
}

/** google.protobuf.Timestamp. */
function time(fields: readonly Field[], number: number): number | undefined {
  const stamp = all(fields, number)[0];
  if (stamp === undefined) return undefined;
  const inner = fieldsOf(stamp);
  const part = (wanted: number): number => {
    const value = inner.find((field) => field.number === wanted)?.value;
    return typeof value === 'number' ? value : 0;
  };
  return part(1) * 1000 + part(2) / 1e6;
}

/** The wire format (protobuf.dev, "Encoding"): varint, 64 bits, counted bytes, 32 bits. */
function fieldsOf(record: Uint8Array): Field[] {
  const fields: Field[] = [];
  const cursor = { at: 0 };
  while (cursor.at < record.length) {
    const tag = varint(record, cursor);
    const kind = tag % 8;
    const number = Math.floor(tag / 8);
    if (kind === 0) fields.push({ number, value: varint(record, cursor) });
    else if (kind === 2) fields.push({ number, value: take(record, cursor, varint(record, cursor)) });
    else if (kind === 1 || kind === 5) take(record, cursor, kind === 1 ? 8 : 4);
    else throw new RangeError(`unknown wire type ${kind}`);
  }
  return fields;
}

/** Up to 2^53: seconds and lengths are smaller. A multiplication, because shifts stop at 32 bits. */
function varint(record: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = record[cursor.at++];
    if (byte === undefined) throw new RangeError('the record ends in the middle of a number');
    value += (byte % 128) * factor;
    if (byte < 128) return value;
  }
}

function take(record: Uint8Array, cursor: { at: number }, count: number): Uint8Array {
  if (cursor.at + count > record.length) throw new RangeError('the record ends in the middle of a field');
  cursor.at += count;
  return record.subarray(cursor.at - count, cursor.at);
}
