import type { Field } from './compose-field.ts';
import { checkKeys, healthcheckKeys } from './compose-keys.ts';

const testHint = 'Write a command line, or ["CMD", "program", "argument"], or ["NONE"].';
const leastNanoseconds = 1e6;

/** Docker's HealthConfig, times in nanoseconds. What is not given keeps the image's own. */
export function readHealthcheck(field: Field | undefined): Record<string, unknown> | undefined {
  if (!field) return undefined;
  checkKeys(field, healthcheckKeys);
  if (field.tree.kind !== 'map') return undefined;
  const disabled = field.get('disable')?.boolean() === true;
  const test = field.get('test');
  if (disabled && test)
    test.errorAtKey({
      code: 'compose.conflict',
      message: 'a health check that is disabled has no test.',
      hint: 'Remove "disable: true" or the test.',
    });
  const config = {
    Test: disabled ? ['NONE'] : test && readTest(test),
    Interval: readTime(field.get('interval')),
    Timeout: readTime(field.get('timeout')),
    StartPeriod: readTime(field.get('start_period')),
    StartInterval: readStartInterval(field.get('start_interval')),
    Retries: field.get('retries')?.integer({ least: 0 }),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function readStartInterval(field: Field | undefined): number | undefined {
  field?.warning({
    code: 'compose.newer-engine',
    message: 'engines before 25 take no notice of it.',
    hint: 'There, a short "interval:" does the same.',
  });
  return readTime(field);
}

function readTest(field: Field): readonly string[] | undefined {
  if (field.tree.kind !== 'list') {
    const line = field.text(testHint);
    return line === undefined ? undefined : ['CMD-SHELL', line];
  }
  const words = field.items().flatMap((item) => item.text(testHint) ?? []);
  const [kind, ...rest] = words;
  const isRight = kind === 'NONE' ? rest.length === 0 : kind === 'CMD' ? rest.length > 0 : rest.length === 1;
  if (isRight && ['NONE', 'CMD', 'CMD-SHELL'].includes(kind ?? '')) return words;
  field.error({
    code: 'compose.invalid-value',
    message: 'a list has to start with CMD, CMD-SHELL or NONE, with the command behind it.',
    hint: testHint,
  });
  return undefined;
}

/** The engine refuses less than a millisecond, and takes 0 for "the image's own". */
function readTime(field: Field | undefined): number | undefined {
  const time = field?.nanoseconds();
  if (time === undefined || time === 0 || time >= leastNanoseconds) return time;
  field?.error({
    code: 'compose.invalid-value',
    message: `${field.shown} is too short.`,
    hint: 'Write 1ms or more.',
  });
  return undefined;
}
