/** One of several, by a dropdown. */
import { provideVSCodeDesignSystem, vsCodeDropdown, vsCodeOption } from '@vscode/webview-ui-toolkit';

provideVSCodeDesignSystem().register(vsCodeDropdown(), vsCodeOption());

export interface Option {
  readonly value: string;
  readonly words: string;
}

export interface Choice {
  readonly element: HTMLElement;
  set(options: readonly Option[], chosen: string): void;
}

export function choice({ label, onChoose }: { label: string; onChoose: (value: string) => void }): Choice {
  const list = document.createElement('vscode-dropdown') as HTMLElement & { value: string };
  list.setAttribute('aria-label', label);
  let known = '';
  list.addEventListener('change', () => onChoose(list.value));
  return {
    element: list,
    set: (options, chosen) => {
      const key = JSON.stringify([options, chosen]);
      if (key === known) return;
      known = key;
      list.replaceChildren(
        ...options.map(({ value, words }) => {
          const option = document.createElement('vscode-option');
          option.textContent = words;
          option.setAttribute('value', value);
          if (value === chosen) option.setAttribute('selected', '');
          return option;
        }),
      );
      list.value = chosen;
    },
  };
}
