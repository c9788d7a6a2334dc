/** What runs of a service in each environment, as a hover says it. Pure. */
import type { EnvironmentStatus, SlotStatus } from '../../agent/protocol/methods.ts';
import { l10n } from './l10n.ts';
import { plain } from './node.ts';
import { nameOf } from './words.ts';

/** Markdown; `undefined`: nothing is known of it anywhere. */
export function liveTable(service: string, statuses: readonly EnvironmentStatus[]): string | undefined {
  const rows = statuses.flatMap((status) => rowOf(service, status) ?? []);
  if (rows.length === 0) return undefined;
  return [
    `**${plain(service)}**`,
    '',
    `| ${l10n.t('environment')} | ${l10n.t('live')} | ${l10n.t('beside it')} |`,
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function rowOf(
  service: string,
  { environment, state, services, problem }: EnvironmentStatus,
): string | undefined {
  const name = plain(environment);
  if (state === 'not-set-up') return `| ${name} | ${l10n.t('not set up yet')} | |`;
  if (state !== 'ready') return `| ${name} | ${plain(oneLine(problem ?? state))} | |`;
  const slots = services.find((one) => one.service === service)?.slots;
  if (slots === undefined) return `| ${name} | ${l10n.t('nothing yet')} | |`;
  const active = slots.find((slot) => slot.state === 'active');
  const other = slots.find((slot) => slot.state === 'warm' || slot.state === 'preparing');
  return `| ${name} | ${active === undefined ? l10n.t('nothing yet') : slotWords(active)} | ${other === undefined ? '' : slotWords(other)} |`;
}

function slotWords({ release, colour, state, share, healthy, desired, answering }: SlotStatus): string {
  const words = [
    release === null ? '' : plain(nameOf(release)),
    colour,
    stateWord(state, share),
    l10n.t('{0}/{1} healthy', healthy, desired),
    answering === null ? '' : l10n.t('answers {0}', answering.status),
  ];
  return words.filter((word) => word !== '').join(', ');
}

function stateWord(state: SlotStatus['state'], share: number): string {
  switch (state) {
    case 'active':
      return `${share} %`;
    case 'warm':
      return l10n.t('warm');
    case 'preparing':
      return l10n.t('preparing');
    case 'empty':
      return l10n.t('empty');
  }
}

function oneLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
