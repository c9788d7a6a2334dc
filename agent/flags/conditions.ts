/** Conditions in flagd's language (JSON Logic with flagd's own operators, https://flagd.dev/reference/flag-definitions). Pure. */
import type { Condition, Test } from '../swarm/ledger/flag-definition.ts';
import type { Json } from '../common/json.ts';

export function compileCondition(condition: Condition): Json {
  if ('all' in condition) return { and: condition.all.map(compileCondition) };
  if ('any' in condition) return { or: condition.any.map(compileCondition) };
  if ('not' in condition) return { '!': [compileCondition(condition.not)] };
  return compileTest(condition.attribute, condition.test);
}

export function exists(attribute: string): Json {
  return { '!==': [{ var: attribute }, null] };
}

function compileTest(attribute: string, test: Test): Json {
  const value = { var: attribute };
  switch (test.op) {
    case 'in':
      return { in: [value, test.values] };
    case 'starts-with':
      return { or: test.texts.map((text) => ({ starts_with: [value, text] })) };
    case 'ends-with':
      return { or: test.texts.map((text) => ({ ends_with: [value, text] })) };
    case '>':
    case '>=':
    case '<':
    case '<=':
      // Nothing compares as 0 in JSON Logic.
      return { and: [exists(attribute), { [test.op]: [value, test.number] }] };
    case 'semver':
      return { sem_ver: [value, test.is, test.version] };
    case 'exists':
      return exists(attribute);
  }
}
