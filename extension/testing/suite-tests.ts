/** The Test Explorer: suites of each project, with what they said, whoever ran them; and running one. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { OutlineResult } from '../../agent/protocol/editing.ts';
import type { ProgressEvent, SuiteResult } from '../../agent/protocol/methods.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import type { About } from '../hearing.ts';
import { SuiteGathering, type Source } from '../model/suite-results.ts';
import type { ProjectState, State } from '../model/state.ts';
import { SuiteItems } from './suite-items.ts';
import { runSuites, type Wanted } from './run-suites.ts';

export interface SuiteTestsDeps {
  readonly link: AgentLink;
  readonly log: (text: string) => void;
  /** Asks where the environment wants it. Throws when the answer is no. */
  readonly confirm: (about: About, suites: readonly string[]) => Promise<{ readonly confirmed: boolean }>;
}

export interface HeardFrom {
  readonly rollout: string | undefined;
  readonly through: Source['through'];
}

interface Project {
  readonly items: SuiteItems;
  readonly profiles: vscode.TestRunProfile[];
  environments: string;
}

export class SuiteTests {
  readonly #deps: SuiteTestsDeps;
  readonly #projects = new Map<string, Project>();
  readonly #gathering = new SuiteGathering();

  constructor(deps: SuiteTestsDeps) {
    this.#deps = deps;
  }

  /** Projects come and go, and their environments. */
  update({ projects = [], trusted }: State): void {
    const wanted = trusted ? projects : [];
    for (const [folder, { items }] of this.#projects)
      if (!wanted.some((one) => one.folder === folder)) {
        items.dispose();
        this.#projects.delete(folder);
      }
    for (const project of wanted) this.#keep(project);
  }

  /** What its tidegate.yaml names now. */
  async read(folder: string): Promise<OutlineResult['suites']> {
    const { suites } = await ask(await this.#deps.link.connected(), 'outline', { folder, text: null });
    this.#projects.get(folder)?.items.setSuites(suites);
    return suites;
  }

  /** Reads every project again, where there is an agent. */
  async readAll(): Promise<void> {
    if (this.#deps.link.agent === undefined) return;
    await Promise.all([...this.#projects.keys()].map((folder) => this.read(folder))).catch((error: unknown) =>
      this.#deps.log(String(error)),
    );
  }

  /** Of a rollout, whoever drives it. */
  heard(about: About, { rollout, through }: HeardFrom, event: ProgressEvent): void {
    const project = this.#projects.get(about.folder);
    if (project === undefined || rollout === undefined) return;
    const ended = this.#gathering.add(
      { of: `${about.folder} ${about.environment} ${rollout}`, through },
      event,
    );
    if (ended !== undefined) void project.items.publish(about.environment, ended);
  }

  /** Runs one, and shows it in the Test Explorer as it goes. */
  async run(about: About, suite: string, ref: string | null): Promise<SuiteResult | undefined> {
    const project = this.#project(about.folder);
    if (!project.items.has(suite)) await this.read(about.folder);
    const item = project.items.suite(suite);
    const request = new vscode.TestRunRequest([item]);
    const [result] = await this.#perform(project, about, { request, suites: [item], ref });
    return result;
  }

  controller(folder: string): vscode.TestController | undefined {
    return this.#projects.get(folder)?.items.controller;
  }

  dispose(): void {
    for (const { items } of this.#projects.values()) items.dispose();
    this.#projects.clear();
  }

  #keep({ folder, name, environments }: ProjectState): void {
    const project = this.#project(folder, name);
    const facts = environments.map((one) => one.facts);
    const mark = JSON.stringify(facts.map((one) => [one.environment, one.protected]));
    if (project.environments === mark) return;
    project.environments = mark;
    for (const profile of project.profiles.splice(0)) profile.dispose();
    const usual = facts.find((one) => !one.protected)?.environment;
    for (const { environment } of facts)
      project.profiles.push(this.#profile(project, { folder, environment }, environment === usual));
    void this.readAll();
  }

  #project(folder: string, name = path.basename(folder)): Project {
    const known = this.#projects.get(folder);
    if (known !== undefined) return known;
    const items = new SuiteItems(folder, name);
    const read = async (): Promise<void> => {
      if (vscode.workspace.isTrusted) await this.read(folder);
    };
    items.controller.resolveHandler = (item) => (item === undefined ? read() : undefined);
    items.controller.refreshHandler = read;
    const project: Project = { items, profiles: [], environments: '' };
    this.#projects.set(folder, project);
    return project;
  }

  #profile(project: Project, about: About, isDefault: boolean): vscode.TestRunProfile {
    return project.items.controller.createRunProfile(
      vscode.l10n.t('Run in {0}', about.environment),
      vscode.TestRunProfileKind.Run,
      async (request, token) => {
        const suites = project.items.suitesOf(request);
        await this.#perform(project, about, { request, suites, ref: null, token });
      },
      isDefault,
    );
  }

  async #perform(
    { items }: Project,
    about: About,
    wanted: Omit<Wanted, 'about' | 'confirmed'>,
  ): Promise<readonly (SuiteResult | undefined)[]> {
    const { link, confirm } = this.#deps;
    const names = wanted.suites.map(({ label }) => label);
    const { confirmed } = await confirm(about, names);
    return runSuites(await link.connected(), items, { ...wanted, about, confirmed });
  }
}
