/** What is said while a project is set up. */
import type { InitDecision, InitResult } from '../../agent/protocol/init.ts';
import { l10n } from './l10n.ts';

export interface SetUpQuestion {
  readonly title: string;
  readonly detail: string;
}

/** Before anything is written: what was decided, and why. */
export function setUpQuestion({ file, compose, decisions }: InitResult): SetUpQuestion {
  return {
    title: l10n.t('Create {0} from {1}?', file, compose),
    detail: [...decisions.map(decisionLine), '', l10n.t('{0} stays as it is.', compose)].join('\n'),
  };
}

function decisionLine({ service, kind, what, why, notes }: InitDecision): string {
  const about = service ?? kind;
  return [`${about}: ${what} (${why})`, ...notes.map((note) => `   ${note}`)].join('\n');
}

/** When it is written: what stands between it and a deploy. */
export function setUpDone({ file, problems }: InitResult): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return l10n.t('{0} is written. What is committed can be deployed now.', file);
  if (errors === 1)
    return l10n.t(
      '{0} is written. One problem stands between it and a deploy: see the Problems view, which offers repairs.',
      file,
    );
  return l10n.t(
    '{0} is written. {1} problems stand between it and a deploy: see the Problems view, which offers repairs.',
    ...[file, errors],
  );
}
