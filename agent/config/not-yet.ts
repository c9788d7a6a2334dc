/** What the design has and this version does not: refused by name, never taken for a spelling mistake. */
import type { Finding } from './report.ts';

const parts: readonly { readonly path: string; readonly what: string; readonly instead: string }[] = [
  { path: 'gates', what: 'Gates are', instead: 'Use "deploy --hold" and look before promoting.' },
  {
    path: 'services.*.rollout.gates',
    what: 'Gates are',
    instead: 'Use "deploy --hold" and look before promoting.',
  },
];

/** The finding for a key of tidegate.yaml that is not built yet; `undefined` for any other key. */
export function notYet(path: readonly PropertyKey[]): Finding | undefined {
  const part = parts.find((candidate) => matches(candidate.path.split('.'), path));
  return part && notYetFinding(path.map(String).join('.'), part.what, part.instead);
}

function notYetFinding(key: string, what: string, instead: string): Finding {
  return { code: 'config.not-yet', message: `${key}: ${what} not supported yet.`, hint: instead };
}

function matches(pattern: readonly string[], path: readonly PropertyKey[]): boolean {
  return (
    pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index])
  );
}
