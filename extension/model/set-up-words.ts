/** What is said while a project is set up. */
import type { InitDecision, InitResult } from '../../agent/protocol/init.ts';

export interface SetUpQuestion {
  readonly title: string;
  readonly detail: string;
}

/** Before anything is written: what was decided, and why. */
export function setUpQuestion({ file, compose, decisions }: InitResult): SetUpQuestion {
  return {
    title: `Create ${file} from ${compose}?`,
    detail: [...decisions.map(decisionLine), '', `${compose} stays as it is.`].join('\n'),
  };
}

function decisionLine({ service, kind, what, why, notes }: InitDecision): string {
  const about = service ?? kind;
  return [`${about}: ${what} (${why})`, ...notes.map((note) => `   ${note}`)].join('\n');
}

/** When it is written: what stands between it and a deploy. */
export function setUpDone({ file, problems }: InitResult): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return `${file} is written. What is committed can be deployed now.`;
  const count = errors === 1 ? 'One problem stands' : `${errors} problems stand`;
  return `${file} is written. ${count} between it and a deploy: see the Problems view, which offers repairs.`;
}
