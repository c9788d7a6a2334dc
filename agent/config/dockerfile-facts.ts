/** What a Dockerfile says about the image it makes, as far as that can be told without building it. */

export interface DockerfileFacts {
  /** The image the stage is built on, through other stages; `undefined`: cannot be told. */
  readonly base: string | undefined;
  /** Ports of EXPOSE, as they are written there, TCP only. */
  readonly ports: readonly number[];
  /** What HEALTHCHECK runs; `null`: there is none, or it is NONE. */
  readonly healthcheck: string | null;
}

interface Stage {
  readonly name: string | undefined;
  readonly from: string;
  readonly ports: number[];
  healthcheck: string | null | undefined;
}

export interface BuildChoice {
  /** As in compose; without it the last stage. */
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
}

export function dockerfileFacts(text: string, { target, args: given }: BuildChoice): DockerfileFacts {
  const { stages, args: defaults } = read(text);
  const args = new Map([...defaults, ...Object.entries(given)]);
  const wanted = target?.toLowerCase();
  const last =
    wanted === undefined
      ? stages.at(-1)
      : (stages.find(({ name }) => name === wanted) ?? stages[/^\d+$/.test(wanted) ? Number(wanted) : -1]);
  const chain = chainOf(stages, last);
  const base = chain.at(-1)?.from;
  return {
    base: base === undefined ? undefined : fill(base, args),
    ports: chain.flatMap(({ ports }) => ports),
    healthcheck: chain.find(({ healthcheck }) => healthcheck !== undefined)?.healthcheck ?? null,
  };
}

function chainOf(stages: readonly Stage[], last: Stage | undefined): readonly Stage[] {
  const chain: Stage[] = [];
  for (let stage = last; stage && !chain.includes(stage);) {
    chain.push(stage);
    const { from } = stage;
    const before = stages.slice(0, stages.indexOf(stage));
    stage = before.findLast(({ name }) => name === from.toLowerCase());
  }
  return chain;
}

function read(text: string): {
  readonly stages: readonly Stage[];
  readonly args: ReadonlyMap<string, string>;
} {
  const stages: Stage[] = [];
  const args = new Map<string, string>();
  for (const line of instructions(text)) {
    const [, word = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/s.exec(line) ?? [];
    const stage = stages.at(-1);
    switch (word.toUpperCase()) {
      case 'FROM': {
        const [, from = '', name] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(rest) ?? [];
        stages.push({ name: name?.toLowerCase(), from, ports: [], healthcheck: undefined });
        break;
      }
      case 'ARG': {
        const [, name, value] = /^(\w+)=["']?([^"'\s]*)/.exec(rest) ?? [];
        if (!stage && name !== undefined) args.set(name, value ?? '');
        break;
      }
      case 'EXPOSE':
        stage?.ports.push(...portsOf(rest));
        break;
      case 'HEALTHCHECK':
        if (stage)
          stage.healthcheck = /^NONE\b/i.test(rest) ? null : (/\bCMD\s+(.*)$/s.exec(rest)?.[1] ?? null);
        break;
    }
  }
  return { stages, args };
}

/** Continued lines joined, comments left out. */
function instructions(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/[\\`][ \t]*\n/g, ' ')
    .split('\n');
}

function portsOf(written: string): readonly number[] {
  return [...written.matchAll(/(?:^|\s)(\d{1,5})(?:\/tcp)?(?=\s|$)/gi)].map(([, port]) => Number(port));
}

/** `undefined` where a variable has no value. */
function fill(image: string, args: ReadonlyMap<string, string>): string | undefined {
  const variable = /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g;
  const valueOf = ([, braced, otherwise, bare]: readonly (string | undefined)[]): string =>
    args.get(braced ?? bare ?? '') ?? otherwise ?? '';
  if ([...image.matchAll(variable)].some((match) => valueOf(match) === '')) return undefined;
  return image.replace(variable, (...match: string[]) => valueOf(match));
}
