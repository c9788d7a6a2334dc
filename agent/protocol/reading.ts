import type { Method } from './methods.ts';

/** Methods that change nothing of an environment: stopped without a word when nobody is left to read their answer. */
const reading: readonly Method[] = [
  'status',
  'releases',
  'logs',
  'flags.list',
  'flagKeys',
  'flagRules',
  'flagEdit',
  'nameFlagsFile',
  'flags.evaluate',
  'flags.drift',
  'flags.take',
  'flags.export',
  'flags.import',
  'flags.history',
  'flags.counts',
  'flags.serve',
  'flags.variables',
  'flags.local',
  'flags.useToken',
  'watch',
  'traffic',
  'plan',
  'rollbackPlan',
  'blob',
  'validate',
  'doctor',
  'project',
  'refs',
  'history',
  'preview',
  'outline',
  'complete',
  'hover',
];

export function changes(method: Method): boolean {
  return !reading.includes(method);
}
