/** Images that a Dockerfile builds on or copies from. Pure; not a parser: what cannot be told is left out. */
import { logicalLines, syntaxOf } from './dockerfile.ts';

/** As they are written, variables filled in; stages of the file itself left out. */
export function baseImages(dockerfile: string, args: Readonly<Record<string, string>>): readonly string[] {
  const variables = new Map<string, string>();
  const stages = new Set<string>();
  const found = new Set<string>();
  const syntax = syntaxOf(dockerfile);
  if (syntax !== undefined) found.add(syntax);
  const add = (written: string): void => {
    const ref = filledIn(written, variables);
    const isOther =
      ref !== undefined && ref !== 'scratch' && !/^\d+$/.test(ref) && !stages.has(ref.toLowerCase());
    if (isOther) found.add(ref);
  };
  for (const { text } of logicalLines(dockerfile)) {
    const [, instruction = '', rest = ''] = /^([A-Za-z]+)\s+(.*)$/s.exec(text) ?? [];
    switch (instruction.toUpperCase()) {
      case 'ARG':
        // Only those before the first stage count for FROM.
        if (stages.size === 0) for (const [name, value] of argsOf(rest, args)) variables.set(name, value);
        break;
      case 'FROM': {
        const [, base = '', stage] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(rest) ?? [];
        add(base);
        stages.add((stage ?? `stage-${stages.size}`).toLowerCase());
        break;
      }
      case 'COPY':
      case 'RUN':
        for (const [, copied, mounted] of rest.matchAll(/(?:^|\s)--from=(\S+)|--mount=\S*?\bfrom=([^\s,]+)/g))
          add(copied ?? mounted ?? '');
    }
  }
  return [...found];
}

/** `A=1 B="2" C` */
function argsOf(
  text: string,
  args: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return [...text.matchAll(/([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/g)].flatMap(
    ([, name = '', written]) => {
      const value = Object.hasOwn(args, name) ? args[name] : written?.replace(/^(["'])(.*)\1$/, '$2');
      return value === undefined ? [] : [[name, value] as const];
    },
  );
}

function filledIn(written: string, variables: ReadonlyMap<string, string>): string | undefined {
  const text = written.replace(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
    (whole, braced: string | undefined, otherwise: string | undefined, bare: string | undefined) =>
      (variables.get(braced ?? bare ?? '') || otherwise) ?? whole,
  );
  return text === '' || text.includes('$') ? undefined : text;
}
