/**
 * Who may read flags in an environment: labels of `<stack>.keys`, beside the other keys that every agent must be
 * able to read. A Swarm secret cannot be read back, and services are given the token as a variable.
 *
 *   sdk-token.<n> = <token>       (the newest is what services are given; the one before it goes on being good)
 *   sdk-access    = required      (left out: whoever is on the environment's network may read without one)
 */
export interface SdkAccess {
  /** Newest first. */
  readonly tokens: readonly string[];
  readonly required: boolean;
}

export const openAccess: SdkAccess = { tokens: [], required: false };

const tokenLabel = /^sdk-token\.([1-9]\d{0,8})$/;
const accessLabel = 'sdk-access';

export function parseSdkAccess(labels: Readonly<Record<string, string>>): SdkAccess {
  return { tokens: numbered(labels).map(({ token }) => token), required: labels[accessLabel] === 'required' };
}

/** How many tokens there have been; 0: none. */
export function generationOf(labels: Readonly<Record<string, string>>): number {
  return numbered(labels)[0]?.number ?? 0;
}

export interface AccessChange {
  /** Becomes the newest; the one before it stays good, those before that do not. */
  readonly token?: string;
  readonly required?: boolean;
}

/** All labels of the object as they shall be. */
export function withSdkAccess(
  labels: Readonly<Record<string, string>>,
  { token, required }: AccessChange,
): Record<string, string> {
  const known = numbered(labels);
  const number = (known[0]?.number ?? 0) + 1;
  const kept = token === undefined ? known : [{ number, token }, ...known.slice(0, 1)];
  const isRequired = required ?? labels[accessLabel] === 'required';
  const others = Object.entries(labels).filter(([name]) => !tokenLabel.test(name) && name !== accessLabel);
  return {
    ...Object.fromEntries(others),
    ...Object.fromEntries(kept.map((one) => [`sdk-token.${one.number}`, one.token])),
    ...(isRequired && { [accessLabel]: 'required' }),
  };
}

function numbered(
  labels: Readonly<Record<string, string>>,
): readonly { readonly number: number; readonly token: string }[] {
  return Object.entries(labels)
    .flatMap(([name, token]) => {
      const [, number] = tokenLabel.exec(name) ?? [];
      return number === undefined ? [] : [{ number: Number(number), token }];
    })
    .sort((a, b) => b.number - a.number);
}
