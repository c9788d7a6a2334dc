/**
 * Variables in a compose file, as the Compose specification has them: `$X`, `${X}`, `${X:-default}`, `${X-default}`,
 * `${X:?error}`, `${X?error}`, `${X:+other}`, `${X+other}`, nested, and `$$` for a dollar sign. With a colon an
 * empty variable counts as unset. Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
 */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface Fault {
  readonly kind: 'syntax' | 'required' | 'unset';
  /** Which `$` of the text it is about, from 0. */
  readonly dollar: number;
  readonly message: string;
  readonly hint: string;
}

export interface Interpolated {
  readonly text: string;
  /** `unset` ones are warnings: the value is empty there, as with Docker. */
  readonly faults: readonly Fault[];
}

const operators = [':-', '-', ':?', '?', ':+', '+'] as const;
type Operator = (typeof operators)[number];

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly dollar: number;
      readonly operator: Operator | undefined;
      readonly word: readonly Piece[];
    };

const maxDepth = 20;

export function interpolate(text: string, variables: Variables): Interpolated {
  if (!text.includes('$')) return { text, faults: [] };
  const parser = new Parser(text);
  const pieces = parser.all();
  const faults = [...parser.faults];
  return { text: evaluate(pieces, variables, faults), faults };
}

class Parser {
  readonly faults: Fault[] = [];
  readonly #text: string;
  #at = 0;
  #dollars = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): readonly Piece[] {
    return this.#pieces({ depth: 0 });
  }

  /** Reads until the end, or inside braces until the brace that closes them (which is left for the caller). */
  #pieces({ depth }: { readonly depth: number }): readonly Piece[] {
    const pieces: Piece[] = [];
    let text = '';
    let open = 0;
    for (let char = this.#text[this.#at]; char !== undefined; char = this.#text[this.#at]) {
      if (char === '$') {
        const piece = this.#dollar(depth);
        if (piece.kind === 'text') text += piece.text;
        else pieces.push({ kind: 'text', text: takeText() }, piece);
        continue;
      }
      if (depth > 0 && char === '{') open++;
      if (depth > 0 && char === '}' && open-- === 0) break;
      text += char;
      this.#at++;
    }
    pieces.push({ kind: 'text', text });
    return pieces;

    function takeText(): string {
      const taken = text;
      text = '';
      return taken;
    }
  }

  #dollar(depth: number): Piece {
    const dollar = this.#dollars++;
    this.#at++;
    if (this.#take(/\$/y) !== undefined) {
      this.#dollars++;
      return { kind: 'text', text: '$' };
    }
    if (this.#take(/\{/y) !== undefined) return this.#braced(dollar, depth);
    const name = this.#take(/[A-Za-z_][A-Za-z0-9_]*/y);
    if (name !== undefined) return { kind: 'variable', name, dollar, operator: undefined, word: [] };
    return this.#fault(dollar, 'A "$" here has no variable name behind it.', 'Write "$$" for a dollar sign.');
  }

  #braced(dollar: number, depth: number): Piece {
    if (depth >= maxDepth)
      return this.#giveUp(dollar, `Variables are nested deeper than ${maxDepth} levels.`);
    const name = this.#take(/[A-Za-z_][A-Za-z0-9_]*/y);
    if (name === undefined) return this.#giveUp(dollar, 'The "${" here has no variable name behind it.');
    const operator = operators.find((candidate) => this.#text.startsWith(candidate, this.#at));
    this.#at += operator?.length ?? 0;
    const word = operator === undefined ? [] : this.#pieces({ depth: depth + 1 });
    if (this.#take(/\}/y) === undefined) {
      const ended = this.#at >= this.#text.length;
      return this.#giveUp(
        dollar,
        ended ? `The "\${${name}" here is not closed.` : `"\${${name}" is followed by an unknown operator.`,
      );
    }
    return { kind: 'variable', name, dollar, operator, word };
  }

  /** Nothing behind a broken `${` can be understood: the rest of the text is skipped. */
  #giveUp(dollar: number, message: string): Piece {
    this.#at = this.#text.length;
    return this.#fault(dollar, message, 'Write ${NAME}, ${NAME:-default}, ${NAME:?error} or ${NAME:+other}.');
  }

  #fault(dollar: number, message: string, hint: string): Piece {
    this.faults.push({ kind: 'syntax', dollar, message, hint });
    return { kind: 'text', text: '' };
  }

  #take(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text)?.[0];
    this.#at += match?.length ?? 0;
    return match;
  }
}

function evaluate(pieces: readonly Piece[], variables: Variables, faults: Fault[]): string {
  return pieces
    .map((piece) => (piece.kind === 'text' ? piece.text : valueOf(piece, variables, faults)))
    .join('');
}

function valueOf(piece: Extract<Piece, { kind: 'variable' }>, variables: Variables, faults: Fault[]): string {
  const { name, dollar, operator } = piece;
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const given = value !== undefined && (value !== '' || operator?.startsWith(':') !== true);
  const word = () => evaluate(piece.word, variables, faults);
  switch (operator) {
    case undefined:
      if (!given) faults.push(unset(name, dollar));
      return value ?? '';
    case ':-':
    case '-':
      return given ? value : word();
    case ':+':
    case '+':
      return given ? word() : '';
    case ':?':
    case '?':
      if (!given) faults.push(required(name, dollar, word()));
      return value ?? '';
  }
}

function unset(name: string, dollar: number): Fault {
  return {
    kind: 'unset',
    dollar,
    message: `The variable ${name} is not set; it counts as empty.`,
    hint: `Set ${name} in the environment's "variables:" or in the shell, or give a default: \${${name}:-value}.`,
  };
}

function required(name: string, dollar: number, message: string): Fault {
  return {
    kind: 'required',
    dollar,
    message: `The variable ${name} must be set${message === '' ? '' : `: ${message}`}.`,
    hint: `Set ${name} in the environment's "variables:" or in the shell.`,
  };
}
