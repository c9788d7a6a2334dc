/** Where the instructions of a Dockerfile are, and what it asks of a builder. Not a parser: the builder is. */

export interface Instruction {
  /** Upper case: `RUN`. */
  readonly name: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** Of its stage, lower case, `stage-<n>` when it has none; `undefined` before the first FROM. */
  readonly stage: string | undefined;
  /** Position in its stage as BuildKit counts, which is only what changes files; else the one before. */
  readonly step: number;
}

/** Where a builder says it is: in the whole file (`stage` undefined), or in a stage (`''`: the only one). */
export interface StepPosition {
  readonly step: string;
  readonly stage: string | undefined;
  readonly position: number;
}

/** Line of a step, from 1; `undefined` when what is there is another instruction (ONBUILD counts too). */
export function lineOf(dockerfile: string, { step, stage, position }: StepPosition): number | undefined {
  const instructions = instructionsOf(dockerfile);
  const wanted = stage === '' ? 'stage-0' : stage?.toLowerCase();
  const found =
    wanted === undefined
      ? instructions[position - 1]
      : instructions.find((one) => one.stage === wanted && one.step === position && counted.has(one.name));
  return found !== undefined && step.toUpperCase().startsWith(found.name) ? found.line : undefined;
}

const counted = new Set(['FROM', 'RUN', 'COPY', 'ADD', 'WORKDIR']);

export function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  const stages: string[] = [];
  let step = 0;
  for (const { line, text: written } of logicalLines(text)) {
    const name = (/^[A-Za-z]+/.exec(written)?.[0] ?? '').toUpperCase();
    if (name === 'FROM') {
      const [, base = '', stage] = /^FROM(?:\s+--\S+)*\s+(\S+)(?:\s+AS\s+(\S+))?/i.exec(written) ?? [];
      // A stage on top of another one, or of nothing, has no image to fetch: that is no step.
      step = base === 'scratch' || stages.includes(base.toLowerCase()) ? 0 : 1;
      stages.push((stage ?? `stage-${stages.length}`).toLowerCase());
    } else if (counted.has(name)) step++;
    found.push({ name, line, stage: stages.at(-1), step });
  }
  return found;
}

/** The frontend image of a `# syntax=` line, which must stand before everything but other such lines. */
export function syntaxOf(text: string): string | undefined {
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const [, name, value] = /^#\s*([A-Za-z]+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    if (name.toLowerCase() === 'syntax') return value;
  }
  return undefined;
}

interface LogicalLine {
  readonly line: number;
  readonly text: string;
}

/** Continued lines joined; comments, empty lines and the bodies of heredocs left out. */
export function* logicalLines(text: string): Generator<LogicalLine> {
  const escape = /^#\s*escape\s*=\s*(`)/im.test(text) ? '`' : '\\';
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let joined = '';
    for (; at < lines.length; at++) {
      const part = lines[at] ?? '';
      if (/^\s*(#|$)/.test(part)) {
        if (joined === '') break;
        continue;
      }
      const trimmed = part.trimEnd();
      joined += trimmed.endsWith(escape) ? `${trimmed.slice(0, -1)} ` : part;
      if (!trimmed.endsWith(escape)) break;
    }
    if (joined.trim() === '') continue;
    yield { line, text: joined.trim() };
    at = endOfHeredocs(lines, at, joined);
  }
}

/** `RUN <<EOF` and `COPY <<a <<-"b" /x`: the index of the line that ends the last of them. */
function endOfHeredocs(lines: readonly string[], start: number, instruction: string): number {
  if (!/^\s*(RUN|COPY|ADD)\s/i.test(instruction)) return start;
  let at = start;
  for (const [, tabs, , name] of instruction.matchAll(/(?:^|\s)\d*<<(-?)(["']?)([A-Za-z_][\w.]*)\2/g)) {
    let end = at + 1;
    while (
      end < lines.length &&
      (tabs === '-' ? (lines[end] ?? '').replace(/^\t+/, '') : lines[end]) !== name
    )
      end++;
    if (end < lines.length) at = end;
  }
  return at;
}
