import { isSensitiveName } from '../config/masking.ts';

/**
 * Replaces the values of build args that look like secrets wherever they turn up: BuildKit and the classic
 * builder both write arguments out in the names of steps. A value of one or two characters hides nothing and
 * would make every line unreadable.
 */
export function masker(args: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.entries(args)
    .filter(([name, value]) => isSensitiveName(name) && value.length > 2)
    .flatMap(([, value]) => [value, ...value.split('\n').filter((line) => line.trim().length > 2)])
    // The longest first: one may be part of another.
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
