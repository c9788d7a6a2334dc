import type { Results } from '../../protocol/methods.ts';
import { cleanText, type Style } from '../terminal.ts';

export function reportSetup(result: Results['setup'], style: Style): string[] {
  const pending = result.pending.map((line) => `  ${line}`);
  return [
    result.outcome === 'unchanged'
      ? `${style.good('unchanged')}: ${result.stack} is set up. ${result.url}`
      : `${style.good('done')}: ${result.stack} is ready. ${result.url}`,
    ...result.changes.map((line) => `  ${line}`),
    ...(pending.length === 0
      ? []
      : [style.warn('left alone, since it interrupts traffic (--upgrade-edge does it):'), ...pending]),
  ];
}

export function reportDown(result: Results['down'], style: Style): string[] {
  return [
    result.removed.length === 0
      ? `${style.good('unchanged')}: there was nothing of ${result.stack} to remove.`
      : `${style.good('done')}: ${result.stack} is removed.`,
    ...result.removed.map((name) => `  removed ${name}`),
    ...result.kept.map((name) => `  kept ${name}`),
  ];
}

export function reportForgotten(result: Results['forgetEdge'], style: Style): string[] {
  if (result.forgotten.length === 0) {
    return [`${style.good('unchanged')}: no edge of ${result.node} was being waited for.`];
  }
  return [
    `${style.good('done')}: the edge of ${result.node} is not waited for any more.`,
    ...result.forgotten.map((name) => `  forgot ${name}`),
  ];
}

export function reportBacking({ outcome, message }: Results['backing.apply'], style: Style): string[] {
  return [`${style.good(outcome)}: ${cleanText(message)}`];
}
