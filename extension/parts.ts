/** What the extension knows and shows beside the views: each part hears of the others through what is passed in here. */
import * as vscode from 'vscode';
import { systemClock } from './agent/clock.ts';
import type { AgentLink } from './agent/link.ts';
import { confirmSuites } from './commands/suites.ts';
import { Problems } from './editing/problems.ts';
import { registerEditing } from './editing/register.ts';
import { FlagsFile } from './flags/flags-file.ts';
import { FlagReferences } from './flags/references.ts';
import { StaleFlags } from './flags/stale-flags.ts';
import { Hearing } from './hearing.ts';
import { FlagServing } from './flags/serving.ts';
import { LocalWatch } from './project/local-watch.ts';
import { Store } from './project/store.ts';
import { RolloutLog } from './rollout-log.ts';
import { SuiteTests } from './testing/suite-tests.ts';

export interface Parts {
  readonly store: Store;
  readonly hearing: Hearing;
  readonly problems: Problems;
  readonly suites: SuiteTests;
  readonly references: FlagReferences;
  readonly stale: StaleFlags;
  readonly flagsFile: FlagsFile;
  readonly serving: FlagServing;
  /** A tidegate.yaml is another one now. */
  readonly reload: () => void;
  readonly registered: vscode.Disposable;
}

export function openParts(link: AgentLink, output: vscode.LogOutputChannel): Parts {
  const warn = (text: string): void => output.warn(text);
  const log = new RolloutLog(output);
  const store: Store = new Store({
    ...{ agent: () => link.agent, clock: systemClock, log: warn },
    onEvent: (about, rollout, event) => {
      suites.heard(about, { rollout, through: 'watch' }, event);
      log.watched(about, rollout, event);
    },
  });
  const suites = new SuiteTests({
    link,
    log: warn,
    confirm: (about, names) => confirmSuites(store, about, names),
  });
  const hearing = new Hearing();
  hearing.on(log);
  hearing.on({
    event: (about, rollout, event) => suites.heard(about, { rollout, through: 'call' }, event),
  });
  const problems = new Problems(link, warn);
  store.onChange((state) => suites.update(state));
  link.onState((state) => {
    store.setLink(state);
    if (state.kind === 'connected') void suites.readAll();
  });
  const local = new LocalWatch({ store, agent: () => link.agent, log: warn });
  const serving = new FlagServing(link, store);
  const reload = (): void => {
    void store.reload();
    local.again();
    void suites.readAll();
  };
  const editing = registerEditing({ link, store, hearing, problems });
  const references = new FlagReferences(warn);
  const flags = { references, stale: new StaleFlags(store, references), flagsFile: new FlagsFile(link) };
  const registered = vscode.Disposable.from(editing, suites, references, local, serving, store);
  return { store, hearing, problems, suites, serving, ...flags, reload, registered };
}
