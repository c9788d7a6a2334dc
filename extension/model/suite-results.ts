/** Results of suites as the Test Explorer takes them: gathered per run of a suite, with names that stay the same. Pure. */
import type { ProgressEvent } from '../../agent/protocol/methods.ts';
import type { SuiteTest } from '../../agent/protocol/suite-test.ts';

export type SuiteEvent = Extract<ProgressEvent, { kind: 'suite' }>;

/** One suite that has ended, with all of its tests. */
export interface EndedSuite {
  readonly end: SuiteEvent;
  readonly tests: readonly SuiteTest[];
}

/** The same events may come by several ways; each way has them in order. */
export interface Source {
  /** Which rollout, or which call. */
  readonly of: string;
  readonly through: 'call' | 'watch';
}

/** Tests come before the end of their suite, in several parts. */
export class SuiteGathering {
  readonly #tests = new Map<string, SuiteTest[]>();
  readonly #told = new Set<string>();

  /** What was told already (a connection came back, the same rollout is also watched) is not told again. */
  add({ of, through }: Source, event: ProgressEvent): EndedSuite | undefined {
    if (event.kind !== 'tests' && event.kind !== 'suite') return undefined;
    const whose = `${of} ${event.suite} ${event.stage}`;
    const key = `${through} ${whose}`;
    if (event.kind === 'tests') {
      this.#tests.set(key, [...(this.#tests.get(key) ?? []), ...event.tests]);
      return undefined;
    }
    const tests = this.#tests.get(key) ?? event.tests;
    this.#tests.delete(key);
    const mark = `${whose} ${event.tookMs}`;
    if (this.#told.has(mark)) return undefined;
    this.#told.add(mark);
    return { end: event, tests };
  }
}

export interface NamedTest {
  /** The same for the same test of the next run. */
  readonly id: string;
  readonly test: SuiteTest;
}

export function namedTests(tests: readonly SuiteTest[]): readonly NamedTest[] {
  const seen = new Map<string, number>();
  return tests.map((test) => {
    const name = `${test.file ?? ''}#${test.name}`;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { id: before === 0 ? name : `${name}#${before + 1}`, test };
  });
}

/**
 * Where a test's file may be in the project, the likeliest first: a report names it as the image has it, and the image's
 * folder is some folder of the project, or of what was copied from it. A bare name is believed only if it is all there is.
 */
export function placesOf(file: string): readonly string[] {
  const parts = file.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return [];
  const least = Math.min(parts.length, 2);
  return Array.from({ length: Math.max(parts.length - least + 1, 0) }, (_, from) =>
    parts.slice(from).join('/'),
  ).filter((place) => place !== '');
}
