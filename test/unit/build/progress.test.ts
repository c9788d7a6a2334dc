import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BuildkitProgress } from '../../../agent/build/buildkit-progress.ts';
import { ClassicProgress } from '../../../agent/build/classic-progress.ts';
import { LineSplitter } from '../../../agent/build/progress.ts';
import { decodeTrace } from '../../../agent/build/trace.ts';

/** Protobuf, as far as the records need it: text and bytes, numbers, nested messages. */
function encode(fields: readonly (readonly [number, string | number | Uint8Array])[]): Buffer {
  const parts = fields.map(([number, value]) => {
    if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)]);
    const bytes = Buffer.from(value);
    return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
  });
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const stamp = (seconds: number, nanos = 0): Buffer =>
  encode([[1, seconds], ...(nanos ? [[2, nanos] as const] : [])]);

interface Step {
  readonly id: string;
  readonly name: string;
  readonly cached?: boolean;
  readonly started?: number;
  readonly completed?: number;
  readonly error?: string;
}

function vertex({ id, name, cached, started, completed, error }: Step): readonly [number, Buffer] {
  return [
    1,
    encode([
      [1, id],
      [2, 'sha256:of-an-input'],
      [3, name],
      ...(cached === true ? [[4, 1] as const] : []),
      ...(started === undefined ? [] : [[5, stamp(started)] as const]),
      ...(completed === undefined ? [] : [[6, stamp(completed)] as const]),
      ...(error === undefined ? [] : [[7, error] as const]),
    ]),
  ];
}

const output = (id: string, data: string | Uint8Array): readonly [number, Buffer] => [
  3,
  encode([
    [1, id],
    [2, stamp(1_700_000_000, 5)],
    [3, 1],
    [4, data],
  ]),
];

function follow(...records: (readonly (readonly [number, Buffer])[])[]): {
  lines: string[];
  progress: BuildkitProgress;
} {
  const lines: string[] = [];
  const progress = new BuildkitProgress((line) => lines.push(line));
  for (const record of records) {
    progress.take({ id: 'moby.buildkit.trace', aux: encode(record).toString('base64') });
  }
  return { lines, progress };
}

describe("BuildKit's progress", () => {
  it('is read from a record of an engine', () => {
    const record =
      'Cm8KR3NoYTI1Njo2NmY5MjFiNDdiMjAxOWJjMjVhZTNiMzM2OWVmNDU2YTczMmMxODIyNjZkMGI5OTM0ZDNlMmYwOWFjNjhlMzIyGiRbaW50ZXJuYWxdIGxvYWQgcmVtb3RlIGJ1aWxkIGNvbnRleHQ=';
    assert.deepEqual(decodeTrace(Buffer.from(record, 'base64')), {
      vertexes: [
        {
          digest: 'sha256:66f921b47b2019bc25ae3b3369ef456a732c182266d0b9934d3e2f09ac68e322',
          name: '[internal] load remote build context',
          cached: false,
          started: undefined,
          completed: undefined,
          error: '',
        },
      ],
      logs: [],
      warnings: [],
    });
  });

  it('becomes lines that say which step they are from', () => {
    const run = { id: 'b', name: '[web 2/2] RUN npm   ci' };
    const { lines } = follow(
      [vertex({ id: 'a', name: '[web 1/2] FROM node', cached: true, started: 1, completed: 1 }), vertex(run)],
      [vertex({ id: 'i', name: '[internal] load metadata', started: 1, completed: 2 })],
      [vertex({ ...run, started: 2 }), output('b', 'add')],
      [output('b', 'ed 1\nadded'), output('b', ' 2\r\u001b[31m50%\u001b[0m\r100%\n')],
      [output('b', 'no line end'), vertex({ ...run, started: 2, completed: 4 })],
      [vertex({ ...run, started: 2, completed: 4 })],
    );
    assert.deepEqual(lines, [
      '[web 1/2] FROM node (cached)',
      '[web 2/2] RUN npm ci',
      '[web 2/2] added 1',
      '[web 2/2] added 2',
      '[web 2/2] 50%',
      '[web 2/2] 100%',
      '[web 2/2] no line end',
      '[web 2/2] done in 2.0 s',
    ]);
  });

  it('puts a character together that two records cut in two', () => {
    const [first, second] = [Buffer.from('ü\n').subarray(0, 1), Buffer.from('ü\n').subarray(1)];
    const { lines } = follow(
      [vertex({ id: 'a', name: '[1/1] RUN x', started: 1 })],
      [output('a', first)],
      [output('a', second)],
    );
    assert.deepEqual(lines, ['[1/1] RUN x', '[1/1] ü']);
  });

  it('knows the step that failed, not those that were cancelled with it', () => {
    const { progress } = follow(
      [
        vertex({ id: 'a', name: '[a 2/3] RUN slow', started: 1, error: 'context canceled' }),
        vertex({ id: 'b', name: '[b  3/12] RUN bad', started: 1 }),
        output('b', Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('')),
      ],
      [vertex({ id: 'b', name: '[b  3/12] RUN bad', started: 1, completed: 2, error: 'exit code: 1' })],
    );
    const wanted = Array.from({ length: 20 }, (_, index) => `line ${index + 10}`);
    assert.deepEqual(progress.failedAt(), { step: 'RUN bad', stage: 'b', position: 3, output: wanted });
  });

  it('survives records that are cut short or nonsense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const progress = new BuildkitProgress(() => undefined);
        progress.take({ id: 'moby.buildkit.trace', aux: Buffer.from(bytes).toString('base64') });
      }),
    );
    const { lines } = follow([vertex({ id: 'a', name: '[1/1] RUN x', started: 1 })]);
    assert.equal(lines.length, 1);
  });
});

describe("the classic builder's progress", () => {
  it('becomes lines without the housekeeping, and knows its last step', () => {
    const lines: string[] = [];
    const progress = new ClassicProgress((line) => lines.push(line));
    for (const stream of [
      'Step 1/2 : FROM node',
      '\n',
      ' ---> 970114beac4d\n',
      'Step 2/2 : RUN bad',
      '\n',
      ' ---> Running in 231446c83a9f\n',
      'some',
      'thing\nelse\n',
      'Removing intermediate container 231446c83a9f\n',
    ]) {
      progress.take({ stream });
    }
    assert.deepEqual(lines, ['Step 1/2 : FROM node', 'Step 2/2 : RUN bad', 'something', 'else']);
    const output = ['something', 'else'];
    assert.deepEqual(progress.failedAt(), { step: 'RUN bad', position: 2, stage: undefined, output });
  });
});

describe('lines out of pieces', () => {
  it('are the same however the text is cut', () => {
    const text = fc.array(fc.constantFrom('a', 'ü', '\n', '\r\n', ' ', 'word'), { maxLength: 30 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(30), { maxLength: 5 }), (parts, cuts) => {
        const whole = parts.join('');
        const split = (pieces: readonly string[]): string[] => {
          const splitter = new LineSplitter();
          return [...pieces.flatMap((piece) => splitter.split(piece)), ...splitter.end()];
        };
        const edges = [...new Set([0, ...cuts, whole.length])].sort((a, b) => a - b);
        const pieces = edges.map((edge, index) => whole.slice(edge, edges[index + 1] ?? whole.length));
        assert.deepEqual(split(pieces), split([whole]));
      }),
    );
  });

  it('can move no cursor and colour nothing', () => {
    const splitter = new LineSplitter();
    assert.deepEqual(splitter.split('\u001b[2J\u001b]0;title\u0007a\u0000b\u001b[1;31mc\td\u001b[0m\n'), [
      'abc\td',
    ]);
  });
});
