/** The one item in the status bar: what this window started, and what runs anyway. */
import * as vscode from 'vscode';
import { commands } from './ids.ts';
import { openRollout, type State } from './model/state.ts';
import { projectNames } from './model/project-names.ts';
import { phaseWords } from './model/words.ts';

const tickMs = 1_000;

export class RunningBar {
  readonly #item = vscode.window.createStatusBarItem('tidegate.running', vscode.StatusBarAlignment.Left, 10);
  readonly #own = new Map<symbol, string>();
  #watched: readonly string[] = [];
  #tick: NodeJS.Timeout | undefined;

  constructor() {
    this.#item.name = 'Tidegate';
    this.#item.command = commands.showOutput;
  }

  /** Says what is done until it is told that it has ended. */
  begin(text: string): { say(text: string): void; end(): void } {
    const key = Symbol(text);
    this.#own.set(key, text);
    this.#show();
    return {
      say: (now) => {
        this.#own.set(key, now);
        this.#show();
      },
      end: () => {
        this.#own.delete(key);
        this.#show();
      },
    };
  }

  update(state: State): void {
    clearTimeout(this.#tick);
    const { projects = [] } = state;
    const counts = projects.some(({ environments }) =>
      environments.some((one) => typeof openRollout(one)?.until === 'string'),
    );
    // What is left of a hold is told by the second, as in the side bar.
    if (counts) this.#tick = setTimeout(() => this.update(state), tickMs);
    const names = projects.length > 1 ? projectNames(projects) : undefined;
    this.#watched = projects.flatMap(({ folder, environments }) =>
      environments.flatMap((state) => {
        const rollout = openRollout(state);
        const project = names === undefined ? '' : `${names.get(folder) ?? folder} `;
        return rollout === undefined
          ? []
          : [`${project}${state.facts.environment}: ${rollout.ref} ${phaseWords(rollout, Date.now())}`];
      }),
    );
    this.#show();
  }

  dispose(): void {
    clearTimeout(this.#tick);
    this.#item.dispose();
  }

  #show(): void {
    const texts = this.#own.size > 0 ? [...this.#own.values()] : this.#watched;
    const [first] = texts;
    if (first === undefined) {
      this.#item.hide();
      return;
    }
    const more = texts.length > 1 ? ` (+${texts.length - 1})` : '';
    this.#item.text = `$(sync~spin) ${first}${more}`;
    this.#item.tooltip = texts.join('\n');
    this.#item.accessibilityInformation = { label: `Tidegate: ${texts.join(', ')}` };
    this.#item.show();
  }
}
