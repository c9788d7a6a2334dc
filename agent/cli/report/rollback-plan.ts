import type { RollbackPlan, ReturningService, TextPair } from '../../protocol/rollback-plan.ts';
import { elapsed } from '../duration.ts';
import { cleanLine, cleanText, type Style } from '../terminal.ts';
import { switchWords } from './flag-settling.ts';
import { releaseName } from './release-name.ts';

const ways: Readonly<Record<RollbackPlan['how'], string>> = {
  warm: 'its slots are still warm, all traffic at once',
  placed: 'its slots are started anew first',
  built: 'it was never released here, and is built',
};

export function reportRollbackPlan(plan: RollbackPlan, style: Style): string[] {
  const { from, to, code } = plan;
  const name = to.tag ?? to.commit.slice(0, 8);
  if (plan.outcome === 'unchanged')
    return [`${style.good('unchanged')}: ${plan.environment} runs ${name} already.`];
  return [
    `${style.bold('rollback')}: ${releaseName(from)} -> ${cleanLine(name)} in ${plan.environment}, ${ways[plan.how]}`,
    ...plan.services.map(serviceLine),
    ...(plan.lastTime === null
      ? []
      : [`  last time: ${elapsed(plan.lastTime.tookMs)}, ${cleanLine(plan.lastTime.ref)}`]),
    ...plan.documents.map(documentLine),
    ...flagLines(plan),
    code.unknown === null ? `  code: ${code.total} files differ` : `  code: ${cleanLine(code.unknown)}`,
    ...code.migrations.map(
      (path) => `  ${style.warn('looks like a migration')}: ${cleanLine(path)}: not safe to go back across`,
    ),
    ...plan.refused.map((why) => `  ${style.bad('refused now')}: ${cleanText(why)}`),
  ];
}

function flagLines({ flagStates: { unknown, changes } }: RollbackPlan): string[] {
  if (unknown !== null)
    return [`  flags stay as they are; what they were then cannot be told: ${cleanText(unknown)}`];
  if (changes.length === 0) return [];
  const told = changes.map(({ key, from, to }) => `${key} ${switchWords(from)} -> ${switchWords(to)}`);
  return [`  flags stay as they are; with --with-flags: ${told.join(', ')}`];
}

function serviceLine({ service, from, to, imageState }: ReturningService): string {
  const image = { there: 'there', gone: 'gone', unknown: 'not known', 'to-build': 'to be built' }[imageState];
  return `  ${service}: ${from === null ? to : `${from} -> ${to}`}, image ${image}`;
}

function documentLine({ name }: TextPair): string {
  return `  differs: ${cleanLine(name)}`;
}
