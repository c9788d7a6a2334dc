/** Suites that somebody here asked for, one after the other, as a run of the Test Explorer. */
import * as vscode from 'vscode';
import type { AgentApi, AgentEvent, ProgressEvent, SuiteResult } from '../../agent/protocol/methods.ts';
import { isProgress } from '../../agent/protocol/progress.ts';
import { hasCode, messageOf, TidegateError } from '../../agent/protocol/errors.ts';
import type { About } from '../hearing.ts';
import { SuiteGathering } from '../model/suite-results.ts';
import { lines, type SuiteItems } from './suite-items.ts';

export interface Wanted {
  readonly about: About;
  readonly request: vscode.TestRunRequest;
  readonly suites: readonly vscode.TestItem[];
  /** The commit whose suites they are; `null`: as `suite` of the agent has it. */
  readonly ref: string | null;
  readonly confirmed: boolean;
  readonly token?: vscode.CancellationToken;
}

/** The results, in the order of the suites; `undefined`: it could not be run, and the Test Explorer says why. */
export async function runSuites(
  agent: AgentApi,
  items: SuiteItems,
  wanted: Wanted,
): Promise<readonly (SuiteResult | undefined)[]> {
  const { about, request, suites, token } = wanted;
  const run = items.controller.createTestRun(
    request,
    vscode.l10n.t('Suites in {0}', about.environment),
    false,
  );
  const stop = new AbortController();
  const listening = [run.token, token].map((one) => one?.onCancellationRequested(() => stop.abort()));
  for (const suite of suites) run.enqueued(suite);
  const results: (SuiteResult | undefined)[] = [];
  try {
    for (const suite of suites) {
      if (stop.signal.aborted) run.skipped(suite);
      else results.push(await runOne(agent, items, { ...wanted, run, suite, signal: stop.signal }));
    }
  } finally {
    for (const one of listening) one?.dispose();
    run.end();
  }
  return results;
}

interface One extends Wanted {
  readonly run: vscode.TestRun;
  readonly suite: vscode.TestItem;
  readonly signal: AbortSignal;
}

async function runOne(agent: AgentApi, items: SuiteItems, one: One): Promise<SuiteResult | undefined> {
  const { about, ref, confirmed, run, suite, signal } = one;
  const gathering = new SuiteGathering();
  let telling: Promise<void> = Promise.resolve();
  const onEvent = (event: AgentEvent): void => {
    if (!isProgress(event)) return;
    const text = outputOf(event);
    if (text !== undefined) run.appendOutput(lines(text), undefined, suite);
    const ended = gathering.add({ of: suite.label, through: 'call' }, event);
    if (ended !== undefined) telling = items.tell(run, ended);
  };
  run.started(suite);
  try {
    const params = { ...about, suite: suite.label, ref, ...(confirmed && { confirmed }) };
    const result = await agent.request('suite', params, { signal, onEvent });
    await telling;
    return result;
  } catch (error) {
    if (signal.aborted || hasCode(error, 'cancelled')) run.skipped(suite);
    else {
      const hint = error instanceof TidegateError ? error.hint : undefined;
      run.errored(suite, new vscode.TestMessage([messageOf(error), hint].filter(Boolean).join('\n')));
    }
    return undefined;
  }
}

function outputOf(event: ProgressEvent): string | undefined {
  switch (event.kind) {
    case 'line':
    case 'note':
    case 'suite':
      return event.text;
    case 'phase':
      return event.phase;
    case 'problem':
      return `${event.file}:${event.line}:${event.column} ${event.message}`;
    case 'tests':
      return undefined;
  }
}
