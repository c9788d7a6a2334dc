/** The suites of one project as test items, and what is published about them. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { NamedSuite } from '../../agent/protocol/editing.ts';
import type { SuiteTest } from '../../agent/protocol/suite-test.ts';
import { namedTests, placesOf, type EndedSuite } from '../model/suite-results.ts';
import { rangeOf } from '../editing/ranges.ts';

const notThere = '**/{node_modules,.git}/**';

export class SuiteItems {
  readonly controller: vscode.TestController;
  readonly #folder: string;
  readonly #found = new Map<string, Promise<vscode.Uri | undefined>>();

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.controller = vscode.tests.createTestController(`tidegate ${folder}`, `Tidegate: ${name}`);
  }

  setSuites(suites: readonly NamedSuite[]): void {
    const kept = suites.map(({ name, stage, range }) => {
      const item = this.suite(name);
      item.description = stage === null ? '' : vscode.l10n.t('stage {0}', stage);
      item.range = rangeOf(range);
      return item;
    });
    this.controller.items.replace(kept);
  }

  has(name: string): boolean {
    return this.controller.items.get(name) !== undefined;
  }

  /** One that is in no file here (of another commit) is shown as well. */
  suite(name: string): vscode.TestItem {
    const known = this.controller.items.get(name);
    if (known !== undefined) return known;
    const file = vscode.Uri.file(path.join(this.#folder, 'tidegate.yaml'));
    const item = this.controller.createTestItem(name, name, file);
    this.controller.items.add(item);
    return item;
  }

  /** Suites run as a whole: whoever asks for a test of one gets the suite. */
  suitesOf({ include, exclude = [] }: vscode.TestRunRequest): readonly vscode.TestItem[] {
    const all = include ?? [...this.controller.items].map(([, item]) => item);
    const suites = new Set(all.map((item) => item.parent ?? item));
    return [...suites].filter((item) => !exclude.includes(item));
  }

  /** A suite that somebody else ran: in a rollout, from a terminal. */
  async publish(environment: string, ended: EndedSuite): Promise<void> {
    const { suite } = ended.end;
    const request = new vscode.TestRunRequest([this.suite(suite)]);
    const run = this.controller.createTestRun(
      request,
      vscode.l10n.t('{0} in {1}', suite, environment),
      false,
    );
    run.appendOutput(lines(ended.end.text));
    await this.tell(run, ended);
    run.end();
  }

  /** Every test, then the suite. */
  async tell(run: vscode.TestRun, { end, tests }: EndedSuite): Promise<void> {
    const suite = this.suite(end.suite);
    const named = namedTests(tests);
    const items = await Promise.all(named.map(({ id, test }) => this.#item(id, test)));
    suite.children.replace(items);
    for (const [index, item] of items.entries()) {
      const test = named[index]?.test;
      if (test !== undefined) mark(run, item, test);
    }
    if (end.outcome === 'passed') run.passed(suite, end.tookMs);
    // What failed stands at the tests; without any, the suite itself says why.
    else run.failed(suite, messageAt(end.text, suite), end.tookMs);
  }

  dispose(): void {
    this.controller.dispose();
  }

  async #item(id: string, { name, file, line }: SuiteTest): Promise<vscode.TestItem> {
    const uri = file === null ? undefined : await this.#locate(file);
    const item = this.controller.createTestItem(id, name, uri);
    if (uri !== undefined && line !== null) item.range = new vscode.Range(line - 1, 0, line - 1, 0);
    return item;
  }

  /** Only where there is exactly one such file: a wrong place is worse than none. */
  #locate(file: string): Promise<vscode.Uri | undefined> {
    const known = this.#found.get(file) ?? this.#search(file);
    this.#found.set(file, known);
    return known;
  }

  async #search(file: string): Promise<vscode.Uri | undefined> {
    for (const place of placesOf(file)) {
      const escaped = place.replace(/[[\]{}*?!]/g, '[$&]');
      const pattern = new vscode.RelativePattern(vscode.Uri.file(this.#folder), `**/${escaped}`);
      const found = await vscode.workspace.findFiles(pattern, notThere, 2);
      if (found.length > 0) return found.length === 1 ? found[0] : undefined;
    }
    return undefined;
  }
}

function mark(run: vscode.TestRun, item: vscode.TestItem, { status, message, tookMs }: SuiteTest): void {
  const took = tookMs ?? undefined;
  switch (status) {
    case 'passed':
      run.passed(item, took);
      return;
    case 'flaky':
      run.appendOutput(
        lines(vscode.l10n.t('{0} is flaky: it failed once and passed when it was tried again', item.label)),
      );
      run.passed(item, took);
      return;
    case 'skipped':
      run.skipped(item);
      return;
    case 'failed':
      run.failed(item, messageAt(message, item), took);
  }
}

function messageAt(text: string, { uri, range }: vscode.TestItem): vscode.TestMessage {
  const message = new vscode.TestMessage(
    text === '' ? vscode.l10n.t('It failed, and its report says no more.') : text,
  );
  if (uri !== undefined && range !== undefined) message.location = new vscode.Location(uri, range);
  return message;
}

/** Of a terminal: each begins at its left edge. */
export function lines(text: string): string {
  return `${text.replace(/\r?\n/g, '\r\n')}\r\n`;
}
