import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LogLine } from '../../../agent/swarm/port.ts';
import { LogFrames } from '../../../agent/swarm/log-frames.ts';

const at = '2026-01-02T03:04:05.000000001Z';
const details = (task: string): string =>
  `com.docker.swarm.node.id=n,com.docker.swarm.service.id=s,com.docker.swarm.task.id=${task}`;

function frame(kind: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

function read(chunks: readonly Uint8Array[]): readonly LogLine[] {
  const frames = new LogFrames();
  return chunks.flatMap((chunk) => frames.push(chunk));
}

const line = fc.record({
  at: fc.constant(at),
  task: fc.stringMatching(/^[a-z0-9]{1,25}$/),
  stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  text: fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]$/.test(text)),
});

describe('LogFrames', () => {
  it('gives the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
        const bytes = Buffer.concat(
          lines.map((one) =>
            frame(one.stream === 'stderr' ? 2 : 1, `${one.at} ${details(one.task)} ${one.text}\n`),
          ),
        );
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
          (a, b) => a - b,
        );
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        assert.deepEqual(
          read(chunks),
          lines.map((one) => ({ ...one, text: Buffer.from(one.text).toString() })),
        );
      }),
    );
  });

  it('keeps an empty line, and spaces at the start', () => {
    const bytes = Buffer.concat([
      frame(1, `${at} ${details('t')} \n`),
      frame(1, `${at} ${details('t')}   x\r\n`),
    ]);
    assert.deepEqual(
      read([bytes]).map(({ text }) => text),
      ['', '  x'],
    );
  });

  it('reads the log of a service with a terminal, which has no frames', () => {
    const bytes = Buffer.from(
      `${at} ${details('t')} one\r\n${at} ${details('t')} two\r\n${at} ${details('t')} half`,
    );
    assert.deepEqual(
      read([bytes]).map(({ text, stream, task }) => [text, stream, task]),
      [
        ['one', 'stdout', 't'],
        ['two', 'stdout', 't'],
      ],
    );
  });

  it('skips a frame that is no log line', () => {
    assert.deepEqual(
      read([frame(2, 'error grabbing logs'), frame(1, `${at} ${details('t')} x\n`)]).length,
      1,
    );
  });
});
