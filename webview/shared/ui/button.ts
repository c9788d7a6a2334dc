/** This folder alone knows the toolkit, which is maintained no more: whatever takes its place is put in here. */
import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';

provideVSCodeDesignSystem().register(vsCodeButton());

export interface Button {
  readonly element: HTMLElement;
  /** A button that cannot be pressed stays reachable, and says why. */
  set(state: { readonly possible: boolean; readonly why: string }): void;
}

export function button(options: {
  readonly label: string;
  readonly primary?: boolean;
  readonly onPress: () => void;
}): Button {
  const made = document.createElement('vscode-button');
  made.setAttribute('appearance', options.primary === true ? 'primary' : 'secondary');
  made.textContent = options.label;
  let possible = true;
  made.addEventListener('click', () => {
    if (possible) options.onPress();
  });
  return {
    element: made,
    set: (state) => {
      ({ possible } = state);
      // Not `disabled`: that takes it out of the order of the keyboard, and nobody learns why.
      made.setAttribute('aria-disabled', String(!possible));
      made.title = state.why;
      made.setAttribute('aria-label', state.why === '' ? options.label : `${options.label}. ${state.why}`);
    },
  };
}
