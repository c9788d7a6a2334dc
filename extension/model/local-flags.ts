/** What is overridden and served on this machine, as rows of the view "Flags" and as words. */
import type { FlagVariables, LocalOverride, ServedFlags } from '../../agent/protocol/local-flags.ts';
import { l10n } from './l10n.ts';
import { plain, type TreeNode } from './node.ts';
import type { ProjectState } from './state.ts';

/** `NAME=value` lines, as a shell and a .env file take them. */
export function variableText(variables: FlagVariables): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** `quick`, `quick for ann`. */
export function overrideWords({ targetingKey, to }: LocalOverride): string {
  return targetingKey === null ? to : l10n.t('{0} for {1}', to, targetingKey);
}

/** Above the flags: where they are served here, and what stands in the way. */
export function servedNodes(project: ProjectState): readonly TreeNode[] {
  return (project.local?.served ?? []).map((served) => servedNode(project, served));
}

function servedNode({ folder, name, serving = [] }: ProjectState, served: ServedFlags): TreeNode {
  const { environment, url, variables, states, pid } = served;
  const own = serving.find((one) => one.url === url);
  const [problem] = own?.problems ?? [];
  const trouble = problem ? `${problem.file}:${problem.line}: ${problem.message}` : own?.statesProblem;
  const switched =
    states === 'file' ? l10n.t('as the file says') : l10n.t('as it is switched in {0}', environment);
  const description = [
    `${environment}, ${switched}`,
    url,
    ...(trouble == null ? [] : [l10n.t('last good ones: {0}', trouble)]),
  ].join(' · ');
  return {
    id: `served:${folder}#${environment}#${pid}#${url}`,
    label: l10n.t('Served on this machine'),
    description,
    kinds: ['flagServer', own ? 'own' : 'other'],
    icon: trouble == null ? { id: 'broadcast', colour: 'good' } : { id: 'warning', colour: 'warn' },
    tooltip: [
      l10n.t('Flags of {0} on this machine, by process {1}.', plain(name), pid),
      ...Object.entries(variables).map(([key, value]) => `${plain(key)}\\=${plain(value)}`),
    ].join('\n\n'),
    spoken: l10n.t('flags served on this machine: {0}', description),
    children: [],
    open: false,
    target: { folder, environment },
  };
}

/** Below its flag. */
export function overrideNode(folder: string, override: LocalOverride): TreeNode {
  const { flag, targetingKey, problem } = override;
  const words = overrideWords(override);
  const description = problem === null ? words : l10n.t('{0}, without effect: {1}', words, problem);
  return {
    id: `override:${folder}#${flag}#${targetingKey === null ? 'all' : `for ${targetingKey}`}`,
    label: l10n.t('overridden here'),
    description,
    kinds: ['flagOverride'],
    icon: problem === null ? { id: 'debug-step-over' } : { id: 'warning', colour: 'warn' },
    tooltip: l10n.t(
      'On this machine **{0}** is {1}. No environment is changed.',
      ...[plain(flag), plain(words)],
    ),
    spoken: l10n.t('flag {0} is overridden on this machine: {1}', flag, description),
    children: [],
    open: false,
    target: { folder, environment: '', flag, ...(targetingKey !== null && { user: targetingKey }) },
  };
}
