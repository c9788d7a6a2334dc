/** Per method: how its result is shown, and how it counts as an ending. */
import type { Method, Results, RolloutResult } from '../../protocol/methods.ts';
import type { Ending } from '../exit-code.ts';
import { cleanText, type Style } from '../terminal.ts';
import { reportBacking, reportDown, reportForgotten, reportSetup } from './environment.ts';
import { reportImported, reportLost } from './flag-exchange.ts';
import { reportDrift, reportFlagHistory, reportTaken } from './flag-settling.ts';
import { reportEvaluations, reportFlags, reportFlagSet, reportFlagToken } from './flags.ts';
import { reportFlagCounts } from './flag-counts.ts';
import { reportDoctor } from './doctor.ts';
import { reportLocalFlags, variableLines } from './local-flags.ts';
import { reportInit } from './init.ts';
import { reportPlan } from './plan.ts';
import { reportCertificate, reportMaintenance } from './door.ts';
import { reportHistory, reportProject, reportRefs } from './project.ts';
import { reportReleases } from './releases.ts';
import { reportRollbackPlan } from './rollback-plan.ts';
import { reportRollout, word } from './rollout.ts';
import { reportStatus } from './status.ts';
import { reportValidate } from './validate.ts';

export interface View {
  readonly style: Style;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Report<R> {
  readonly lines: (result: R, view: View) => string[];
  /** For standard error: of what standard output has no place for. */
  readonly notes?: (result: R, view: View) => string[];
  readonly ending: (result: R) => Ending;
}

const done: Ending = { kind: 'outcome', outcome: 'done', reason: '' };
const failed: Ending = { kind: 'outcome', outcome: 'failed', reason: '' };

/** Of the configuration. */
const wrong: Ending = { kind: 'error', code: 'config.invalid' };

const rollout: Report<RolloutResult> = {
  lines: (result, { style }) => reportRollout(result, style),
  ending: ({ outcome, reason }) => ({ kind: 'outcome', outcome, reason }),
};

export const reports: { readonly [M in Method]: Report<Results[M]> } = {
  deploy: rollout,
  promote: rollout,
  abort: rollout,
  rollback: rollout,
  rollbackPlan: { lines: (result, { style }) => reportRollbackPlan(result, style), ending: () => done },
  blob: { lines: ({ text, why }) => [cleanText(text ?? why ?? '')], ending: () => done },
  suite: {
    lines: ({ outcome, message }, { style }) => [`${word(outcome, style)}: ${cleanText(message)}`],
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  setup: { lines: (result, { style }) => reportSetup(result, style), ending: () => done },
  status: {
    lines: ({ environments }, { style, now }) => reportStatus(environments, style, now),
    ending: ({ environments }) => (canTell(environments) ? done : failed),
  },
  releases: { lines: (result, { style, now }) => reportReleases(result, style, now), ending: () => done },
  /** Its lines went out as they came. */
  logs: { lines: () => [], ending: () => done },
  plan: { lines: (result, { style }) => reportPlan(result, style), ending: () => done },
  init: { lines: (result, { style }) => reportInit(result, style), ending: () => done },
  startSwarm: {
    lines: ({ outcome, message }, { style }) => [`${word(outcome, style)}: ${cleanText(message)}`],
    ending: () => done,
  },
  /** For editors: no command asks for these. */
  outline: { lines: () => [], ending: () => done },
  complete: { lines: () => [], ending: () => done },
  hover: { lines: () => [], ending: () => done },
  flagRules: { lines: () => [], ending: () => done },
  flagEdit: { lines: () => [], ending: () => done },
  nameFlagsFile: { lines: () => [], ending: () => done },
  validate: {
    lines: (result, { style }) => reportValidate(result, style),
    ending: ({ outcome }) => (outcome === 'right' ? done : wrong),
  },
  project: { lines: (result, { style }) => reportProject(result, style), ending: () => done },
  refs: { lines: (result, { style, now }) => reportRefs(result, style, now), ending: () => done },
  history: { lines: (result, { style, now }) => reportHistory(result, style, now), ending: () => done },
  preview: { lines: ({ url }) => [url], ending: () => done },
  doctor: {
    lines: ({ checks }, { style }) => reportDoctor(checks, style),
    ending: ({ checks }) => (checks.some(({ state }) => state === 'fail') ? failed : done),
  },
  watch: { lines: () => [], ending: () => done },
  traffic: { lines: () => [], ending: () => done },
  maintenance: {
    lines: (result, { style }) => reportMaintenance(result, style),
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  'backing.apply': {
    lines: (result, { style }) => reportBacking(result, style),
    ending: () => done,
  },
  setCertificate: {
    lines: (result, { style }) => reportCertificate(result, style),
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  down: { lines: (result, { style }) => reportDown(result, style), ending: () => done },
  forgetEdge: { lines: (result, { style }) => reportForgotten(result, style), ending: () => done },
  flagKeys: {
    lines: ({ keys }) => (keys ?? []).map(({ key, line }) => `${line}: ${cleanText(key)}`),
    ending: () => done,
  },
  'flags.create': {
    lines: ({ outcome, message }, { style }) => [`${word(outcome, style)}: ${cleanText(message)}`],
    ending: () => done,
  },
  /** For editors: from a terminal, the token is a variable. */
  'flags.useToken': { lines: () => [], ending: () => done },
  'flags.list': { lines: (result, { style, now }) => reportFlags(result, style, now), ending: () => done },
  'flags.serve': { lines: () => [], ending: () => done },
  'flags.variables': { lines: ({ variables }) => variableLines(variables), ending: () => done },
  'flags.override': { lines: ({ message }) => [cleanText(message)], ending: () => done },
  'flags.clearOverrides': { lines: ({ message }) => [cleanText(message)], ending: () => done },
  'flags.local': { lines: (result, { style }) => reportLocalFlags(result, style), ending: () => done },
  'flags.token': { lines: (result) => reportFlagToken(result), ending: () => done },
  'flags.evaluate': { lines: (result, { style }) => reportEvaluations(result, style), ending: () => done },
  /** The file alone: it is redirected into one. */
  'flags.export': {
    lines: ({ text }) => [cleanText(text.replace(/\n$/, ''))],
    notes: ({ lost }, { style }) => reportLost(lost, style),
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  'flags.import': {
    lines: (result, { style }) => reportImported(result, style),
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  'flags.drift': { lines: (result, { style, now }) => reportDrift(result, style, now), ending: () => done },
  'flags.take': {
    lines: (result, { style }) => reportTaken(result, style),
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  'flags.apply': {
    lines: ({ outcome, message }, { style }) => [`${word(outcome, style)}: ${cleanText(message)}`],
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  'flags.history': {
    lines: (result, { style, now }) => reportFlagHistory(result, style, now),
    ending: () => done,
  },
  'flags.undo': {
    lines: ({ outcome, message }, { style }) => [`${word(outcome, style)}: ${cleanText(message)}`],
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
  'flags.counts': {
    lines: (result, { style, now }) => reportFlagCounts(result, style, now),
    ending: () => done,
  },
  'flags.set': {
    lines: (result, { style }) => reportFlagSet(result, style),
    ending: ({ outcome }) => ({ kind: 'outcome', outcome, reason: '' }),
  },
};

/** A status that can tell about none of the environments it was asked about has failed. */
function canTell(environments: Results['status']['environments']): boolean {
  const dark = environments.filter(({ state }) => state === 'unreachable' || state === 'corrupt');
  return environments.length === 0 || dark.length < environments.length;
}
