/**
 * Rules here as rules of LaunchDarkly, where all clauses of a rule have to hold and the first rule that holds decides. Who
 * has no such attribute passes no clause there, negated or not, and passes a "not" here: so those who have it, and what is
 * asked of them, go on to what follows in rules of their own, before everybody else is served. Pure.
 */
import type { Serve } from '../../swarm/ledger/flag-definition.ts';
import { onOf, targetingKey, type FlagModel } from '../model.ts';
import type { FlagSetting } from '../../swarm/ledger/flags.ts';
import { alternativesOf, mostAlternatives, type Conjunction, type Literal } from '../unleash/alternatives.ts';
import { Unsaid } from './imported.ts';
import { comparisons, referenceOf, versions, type Clause } from './launchdarkly.ts';

export interface WrittenRule {
  readonly clauses: readonly Clause[];
  readonly serve: Serve;
}

export interface WrittenRules {
  readonly rules: readonly WrittenRule[];
  readonly fallthrough: Serve;
}

interface Branch {
  readonly asked: Conjunction;
  readonly serve: Serve;
}

/** More steps than any flag takes that comes to as few rules as are written. */
const mostSteps = 5_000;

export function rulesOf(model: FlagModel, setting: FlagSetting): WrittenRules {
  const on = onOf(model, setting);
  const branches = [
    ...model.rules.flatMap(({ when, serve }) =>
      (alternativesOf(when) ?? tooMany()).map((asked) => branchOf(asked, serve)),
    ),
    branchOf([], on),
    { asked: [], serve: { variant: model.off } },
  ];
  const rules: WrittenRule[] = [];
  let steps = 0;
  const write = (guard: Conjunction, [first, ...rest]: readonly Branch[]): void => {
    if (!first) return;
    if (++steps > mostSteps) tooMany();
    const asked = plainly([...guard, ...first.asked]);
    if (asked) {
      const known = asked.filter((literal) => !isOfNobody(literal, asked));
      for (const literal of asked)
        if (isOfNobody(literal, asked)) write([...known, { ...literal, not: false }], rest);
      for (const clauses of clausesOf(known)) rules.push({ clauses, serve: first.serve });
      if (rules.length > 4 * mostAlternatives) tooMany();
    }
    if (first.asked.length > 0) write(guard, rest);
  };
  write([], branches);
  return upToTheLast(rules);
}

/** What everybody gets who is left. */
function upToTheLast(rules: readonly WrittenRule[]): WrittenRules {
  const last = rules.findIndex(({ clauses }) => clauses.length === 0);
  const fallthrough = rules[last]?.serve ?? tooMany();
  const some = rules.slice(0, last);
  const isOther = ({ serve }: WrittenRule): boolean => JSON.stringify(serve) !== JSON.stringify(fallthrough);
  const needed = some.slice(0, some.findLastIndex(isOther) + 1);
  if (needed.length > mostAlternatives) tooMany();
  return { rules: needed, fallthrough };
}

/** Who has not what a split goes by is not served by it. */
function branchOf(asked: Conjunction, serve: Serve): Branch {
  const isOfAll = 'variant' in serve || serve.by === targetingKey;
  return {
    asked: isOfAll ? asked : [...asked, { attribute: serve.by, test: { op: 'exists' }, not: false }],
    serve,
  };
}

/** "Not", of what somebody may not have. */
function isOfNobody({ attribute, not }: Literal, asked: Conjunction): boolean {
  return not && attribute !== targetingKey && !asked.some((one) => !one.not && one.attribute === attribute);
}

/** Without what says nothing; `undefined`: it never holds. Every context there has a key. */
function plainly(asked: Conjunction): Conjunction | undefined {
  const found = new Map<string, Literal>();
  for (const literal of asked) {
    const { attribute, test, not } = literal;
    const isAlways = attribute === targetingKey && test.op === 'exists';
    const isNever = 'values' in test ? test.values.length === 0 : 'texts' in test && test.texts.length === 0;
    if (isAlways || isNever) {
      if (isNever !== not) return undefined;
      continue;
    }
    const name = JSON.stringify([attribute, test]);
    const known = found.get(name);
    if (known && known.not !== not) return undefined;
    found.set(name, literal);
  }
  const all = [...found.values()];
  const has = (attribute: string): boolean => all.some((one) => !one.not && one.attribute === attribute);
  return all.some(({ attribute, test, not }) => not && test.op === 'exists' && has(attribute))
    ? undefined
    : all;
}

/** All ways to ask it: one of the lists has to hold. */
function clausesOf(asked: Conjunction): readonly (readonly Clause[])[] {
  let ways: readonly (readonly Clause[])[] = [[]];
  for (const { attribute, test, not } of asked) {
    // Whoever passes any clause has the attribute.
    const others = asked.some((one) => one.attribute === attribute && one.test.op !== 'exists');
    if (test.op === 'exists' && others) continue;
    const clauses = clausesOfTest({ attribute, test, not: false });
    ways = not
      ? ways.map((way) => [...way, ...clauses.map((clause) => ({ ...clause, negate: !clause.negate }))])
      : ways.flatMap((way) => clauses.map((clause) => [...way, clause]));
    if (ways.length > mostAlternatives) tooMany();
  }
  return ways;
}

/** One of them holds. */
function clausesOfTest({ attribute, test }: Literal): readonly Clause[] {
  const reference = referenceOf(attribute);
  const clause = (op: string, values: Clause['values'], negate = false): Clause => ({
    ...{ attribute: reference, op, values, negate, contextKind: 'user' },
  });
  switch (test.op) {
    case 'in':
      return [clause('in', test.values)];
    case 'starts-with':
      return [clause('startsWith', test.texts)];
    case 'ends-with':
      return [clause('endsWith', test.texts)];
    case '>':
    case '>=':
    case '<':
    case '<=':
      return [clause(comparisons[test.op], [test.number])];
    case 'semver':
      return versionClauses(test).map((op) => clause(op, [test.version]));
    case 'exists':
      // It is true, or it is there and is not true.
      return [clause('in', [true]), clause('in', [true], true)];
  }
}

/** A negated clause would hold for what is no version at all. */
function versionClauses({ is, version }: Extract<Literal['test'], { op: 'semver' }>): readonly string[] {
  if (!/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(version))
    throw new Unsaid(`LaunchDarkly takes no version ${version}: three numbers`);
  switch (is) {
    case '^':
    case '~':
      throw new Unsaid(`LaunchDarkly cannot compare versions with ${is}`);
    case '=':
    case '<':
    case '>':
      return [versions[is]];
    case '!=':
      return [versions['<'], versions['>']];
    case '<=':
      return [versions['='], versions['<']];
    case '>=':
      return [versions['='], versions['>']];
  }
}

function tooMany(): never {
  throw new Unsaid(`written out for LaunchDarkly it has more than ${mostAlternatives} rules`);
}
