/** The editor's colours, for what is drawn on a canvas and knows no CSS. */

export interface Theme {
  readonly blue: string;
  readonly green: string;
  readonly text: string;
  readonly grid: string;
  readonly font: string;
  /** Lines are told apart by their dashes as well; here they are thicker too. */
  readonly highContrast: boolean;
}

export function currentTheme(): Theme {
  const style = getComputedStyle(document.body);
  const colour = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const highContrast = document.body.classList.contains('vscode-high-contrast');
  const text = colour('--vscode-foreground', '#888');
  return {
    blue: colour('--vscode-charts-blue', '#3794ff'),
    green: colour('--vscode-charts-green', '#89d185'),
    text,
    grid: highContrast
      ? colour('--vscode-contrastBorder', text)
      : colour('--vscode-editorWidget-border', text),
    font: `12px ${colour('--vscode-font-family', 'sans-serif')}`,
    highContrast,
  };
}

/** The editor changes classes of the body when another theme is chosen. */
export function onThemeChange(listener: () => void): void {
  new MutationObserver(listener).observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id'],
  });
}
