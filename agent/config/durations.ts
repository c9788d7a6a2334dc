/** Durations, shares, sizes and CPU counts as people write them. Each returns `undefined` for what it cannot read. */

const nanosecondsPer = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;

/** `1m30s`, `1.5s`, `500ms` as nanoseconds, as Go's time.ParseDuration reads them. No sign, no bare number. */
export function parseNanoseconds(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    total += Number(amount) * nanosecondsPer[unit as keyof typeof nanosecondsPer];
  const rounded = Math.round(total);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** What `tidegate.yaml` takes: whole milliseconds and up. */
export const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;

/** Milliseconds. */
export function parseMilliseconds(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  const nanoseconds = parseNanoseconds(text);
  return nanoseconds === undefined ? undefined : Math.round(nanoseconds / 1e6);
}

export const sharePattern = /^\d{1,3}(?:\.\d{1,2})?%$/;

/** `2.5%` as basis points (250). */
export function parseShare(text: string): number | undefined {
  return sharePattern.test(text) ? Math.round(Number(text.slice(0, -1)) * 100) : undefined;
}

const powers = ['', 'k', 'm', 'g', 't'];

/** `50M`, `1.5gb`, `2048` as bytes; units are powers of 1,024, as with Docker. */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(?:([kmgt])i?)?b?$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const bytes = Math.floor(Number(amount) * 1024 ** powers.indexOf(unit?.toLowerCase() ?? ''));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `0.5` cores as Docker's NanoCPUs. At most nine decimals: Docker refuses more. */
export function parseCpus(text: string): number | undefined {
  if (!/^(?:\d{1,5}(?:\.\d{0,9})?|\.\d{1,9})$/.test(text)) return undefined;
  return Math.round(Number(text) * 1e9);
}
