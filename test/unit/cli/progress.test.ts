import assert from 'node:assert/strict';
import { jsonProgress } from '../../../agent/cli/progress/json.ts';
import { liveProgress } from '../../../agent/cli/progress/live.ts';
import { plainProgress } from '../../../agent/cli/progress/plain.ts';
import { logStream } from '../../../agent/cli/progress/stream.ts';
import { cleanLine, colourStyle, plainStyle, styleFor } from '../../../agent/cli/terminal.ts';
import type { AgentEvent } from '../../../agent/protocol/methods.ts';

const phase = (name: string, detail = ''): AgentEvent => ({
  kind: 'phase',
  rollout: 'r1',
  phase: name,
  detail,
});
const line = (text: string): AgentEvent => ({ kind: 'line', source: 'web', stream: 'stdout', text });
const note = (text: string, level: 'info' | 'warning' = 'info'): AgentEvent => ({
  kind: 'note',
  level,
  text,
});

function sink(): { write(text: string): void; text: string } {
  return {
    text: '',
    write(text) {
      this.text += text;
    },
  };
}

/** The screen after everything was written, as a person sees it: no scrolling, no wrapping. */
function screenOf(written: string): string[] {
  const lines = [''];
  for (const part of written.split(/(\n|\r\u001b\[K)/)) {
    if (part === '\n') lines.push('');
    else if (part === '\r\u001b[K') lines[lines.length - 1] = '';
    else lines.push((lines.pop() ?? '') + part);
  }
  return lines;
}

describe('progress on a terminal', () => {
  function live(columns = 60) {
    const out = sink();
    const state = { now: 0, tick: (): void => undefined, ticking: true };
    const progress = liveProgress(out, {
      style: plainStyle,
      columns: () => columns,
      now: () => state.now,
      every: (tick) => {
        state.tick = tick;
        return () => (state.ticking = false);
      },
    });
    return { out, state, progress };
  }

  it('rewrites the running phase in place as time goes', () => {
    const { out, state, progress } = live();
    progress.show(phase('building'));
    state.now = 1_240;
    state.tick();
    assert.deepEqual(screenOf(out.text), ['… building 1.2 s']);
  });

  it('leaves each finished phase with the time it took', () => {
    const { out, state, progress } = live();
    progress.show(phase('building'));
    state.now = 1_200;
    progress.show(phase('placing', '0 of 2 healthy'));
    state.now = 3_000;
    progress.show(phase('placing', '2 of 2 healthy'));
    assert.deepEqual(screenOf(out.text), ['  building  1.2 s', '… placing 1.8 s  2 of 2 healthy']);
    progress.stop();
    assert.deepEqual(screenOf(out.text), ['  building  1.2 s', '  placing  1.8 s', '']);
    assert.equal(state.ticking, false);
  });

  it('puts notes and build lines above the running phase', () => {
    const { out, progress } = live();
    progress.show(phase('building'));
    progress.show(line('RUN npm ci'));
    progress.show(note('memory is short', 'warning'));
    progress.say('cancelling');
    assert.deepEqual(screenOf(out.text), [
      '    web | RUN npm ci',
      'warning: memory is short',
      'cancelling',
      '… building 0.0 s',
    ]);
  });

  it('cuts the running phase to the width, for a wrapped line cannot be cleared', () => {
    const { out, progress } = live(20);
    progress.show(phase('placing', 'a detail that is much too long\nand has two lines'));
    const [last] = screenOf(out.text).slice(-1);
    assert.equal(last?.length, 19);
  });

  it('writes nothing after it was stopped', () => {
    const { out, state, progress } = live();
    progress.show(phase('building'));
    progress.stop();
    const before = out.text;
    progress.show(note('late'));
    state.tick();
    progress.stop();
    assert.equal(out.text, before);
  });
});

describe('progress without a terminal', () => {
  it('is one plain line an event', () => {
    const out = sink();
    const progress = plainProgress(out);
    for (const event of [
      note('HEAD is v1.1.0'),
      phase('building'),
      line('\u001b[31mRUN\u001b[0m x'),
      phase('placing', 'web'),
    ]) {
      progress.show(event);
    }
    progress.show(note('careful', 'warning'));
    progress.say('cancelling');
    progress.stop();
    assert.equal(
      out.text,
      'HEAD is v1.1.0\nbuilding\nweb | RUN x\nplacing: web\nwarning: careful\ncancelling\n',
    );
  });

  it('has one line for a suite that has ended, also on a terminal', () => {
    const end: AgentEvent = {
      kind: 'suite',
      suite: 'unit',
      stage: 'build',
      outcome: 'failed',
      text: 'suite unit: failed: it has 1 of 3 \u001b[31mtests failed',
      passed: 2,
      failed: 1,
      skipped: 0,
      tests: [{ name: 'a', file: 'test/a.js', line: 3, status: 'failed', message: '1 is not 2', tookMs: 1 }],
      tookMs: 1_200,
    };
    const [plain, terminal] = [sink(), sink()];
    plainProgress(plain).show(end);
    liveProgress(terminal, {
      style: plainStyle,
      columns: () => 80,
      now: () => 0,
      every: () => () => undefined,
    }).show(end);
    assert.equal(plain.text, 'suite unit: failed: it has 1 of 3 tests failed\n');
    assert.deepEqual(screenOf(terminal.text), ['suite unit: failed: it has 1 of 3 tests failed', '']);
  });

  it('says a phase once, repeated lines as often as they come', () => {
    const out = sink();
    const progress = plainProgress(out);
    for (const event of [phase('placing'), phase('placing'), line('.'), line('.'), phase('placing', 'x')])
      progress.show(event);
    assert.equal(out.text, 'placing\nweb | .\nweb | .\nplacing: x\n');
  });

  it('is one JSON object a line with --json', () => {
    const out = sink();
    const progress = jsonProgress(out);
    const events = [phase('building', 'web'), line('two\nlines')];
    for (const event of events) progress.show(event);
    progress.say('cancelling');
    const read = out.text
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as unknown);
    assert.deepEqual(read, [...events, note('cancelling')]);
  });

  it('sends the lines of logs one way and everything else the other', () => {
    const lines = sink();
    const others = sink();
    const stream = logStream(lines, 'text', plainProgress(others));
    stream.show(line('GET / 200'));
    stream.show(note('web restarted'));
    assert.equal(lines.text, 'web | GET / 200\n');
    assert.equal(others.text, 'web restarted\n');
  });
});

describe("a program's line", () => {
  it('cannot move the cursor, clear the screen, set a title or ring', () => {
    assert.equal(cleanLine('a\u001b[2Jb\u001b[1;1Hc\u001b]0;title\u0007d\u0007e\u009b2Jf'), 'abcdef');
  });

  it('keeps its tabs and its last state where it overwrote itself', () => {
    assert.equal(cleanLine('10 %\r50 %\r\t100 %\r\n'), '\t100 %');
  });
});

describe('colours', () => {
  it('are for terminals of people who do not say NO_COLOR', () => {
    assert.equal(styleFor(true, {}), colourStyle);
    assert.equal(styleFor(true, { NO_COLOR: '' }), colourStyle);
    assert.equal(styleFor(true, { NO_COLOR: '1' }), plainStyle);
    assert.equal(styleFor(true, { TERM: 'dumb' }), plainStyle);
    assert.equal(styleFor(false, {}), plainStyle);
  });
});
