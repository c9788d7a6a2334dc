/** Where the numbers of marks stand in a chart: those that would cover each other are said as one, `2–4`. Pure. */

export interface Upright {
  /** Where its line is. */
  readonly x: number;
  readonly number: number;
}

export interface MarkLabel {
  /** Where it begins. */
  readonly x: number;
  readonly text: string;
}

export interface Room {
  /** Where the chart ends: labels stay left of it. */
  readonly end: number;
  /** Between a line and its label, and between two labels. */
  readonly gap: number;
  readonly widthOf: (text: string) => number;
}

/** `lines`: from left to right, numbered one after the other. */
export function markLabels(lines: readonly Upright[], { end, gap, widthOf }: Room): readonly MarkLabel[] {
  const groups: (readonly Upright[])[] = [];
  const labelOf = (group: readonly Upright[]): MarkLabel & { readonly end: number } => {
    const text = textOf(group);
    const width = widthOf(text);
    const x = Math.min((group[0]?.x ?? 0) + gap, end - width);
    return { x, text, end: x + width };
  };
  for (const line of lines) {
    let group: readonly Upright[] = [line];
    // A label at the end of the chart moves to the left, and may reach those before it one after the other.
    for (let before = groups.at(-1); before !== undefined; before = groups.at(-1)) {
      if (labelOf(before).end + gap <= labelOf(group).x) break;
      group = [...before, ...group];
      groups.pop();
    }
    groups.push(group);
  }
  return groups.map(labelOf).map(({ x, text }) => ({ x, text }));
}

function textOf(group: readonly Upright[]): string {
  const [first, last] = [group[0]?.number ?? 0, group.at(-1)?.number ?? 0];
  return first === last ? String(first) : `${first}–${last}`;
}
