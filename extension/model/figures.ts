/** Numbers and times, written as the language of the words around them writes them. */
import { l10n } from './l10n.ts';

/** `1,234.5`, in German `1.234,5`. `digits`: behind the point, always so many. */
export function figure(value: number, digits = 0): string {
  return numbersOf(l10n.language, digits).format(value);
}

/** `14:02`, of this machine; `at`: milliseconds since the epoch. */
export function hoursAndMinutes(at: number): string {
  return timesOf(l10n.language, 'minutes').format(at);
}

/** `14:02:30`. */
export function toTheSecond(at: number): string {
  return timesOf(l10n.language, 'seconds').format(at);
}

/** Making a format takes longer than a thousand uses of it, and charts write many numbers. */
function kept<Args extends readonly (string | number)[], Made>(
  make: (...args: Args) => Made,
): (...args: Args) => Made {
  const made = new Map<string, Made>();
  return (...args) => {
    const key = args.join();
    const known = made.get(key) ?? make(...args);
    made.set(key, known);
    return known;
  };
}

const numbersOf = kept(
  (language: string, digits: number) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

const timesOf = kept(
  (language: string, until: 'minutes' | 'seconds') =>
    new Intl.DateTimeFormat(language, {
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      ...(until === 'seconds' && { second: '2-digit' }),
    }),
);
