/** Making elements; text is always text, never markup. */

type Attributes = Readonly<Record<string, string | undefined>>;
type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Changes nothing that is already so: what is read out or selected stays. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Children made anew when `key` differs from the last time; else they stay, with the focus in them. */
export function setChildren(target: HTMLElement, key: string, make: () => readonly Child[]): void {
  if (target.dataset['key'] === key) return;
  target.dataset['key'] = key;
  target.replaceChildren(...make());
}
