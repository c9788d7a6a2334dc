import { failure, type TidegateError } from '../common/errors.ts';
import { nearestNames, suggestion } from '../common/did-you-mean.ts';

export function unknownFlag(key: string, known: readonly string[], environment: string): TidegateError {
  const near = nearestNames(key, known);
  const there = known.length === 0 ? 'It defines none.' : `There is: ${known.join(', ')}.`;
  return failure('flags.unknown', {
    message: `What is live in ${environment} defines no flag "${key}".`,
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : `${there} Flags come with the commit that is deployed: write it into its flags file, commit and deploy.`,
    data: { flag: key, known, nearest: near },
  });
}

export function noShare(
  key: string,
  why: string,
  hint = 'Change it in the flags file, commit and deploy; or switch the flag on or off for everybody.',
): TidegateError {
  return failure('flags.no-share', {
    message: `"${key}" cannot be switched on for a share of its users: ${why}.`,
    hint,
    data: { flag: key },
  });
}

export function noVariant(key: string, why: string): TidegateError {
  return failure('flags.no-variant', {
    message: `"${key}" cannot be switched to a variant: ${why}.`,
    hint: 'Change it in the flags file, commit and deploy; or switch the flag on or off.',
    data: { flag: key },
  });
}

export function unknownVariant(key: string, variant: string, known: readonly string[]): TidegateError {
  return failure('flags.no-variant', {
    message: `"${key}" has no variant "${variant}".`,
    hint: suggestion(variant, known),
    data: { flag: key, known },
  });
}

export function tokenInUse(services: readonly string[], environment: string): TidegateError {
  const [are, they] = services.length === 1 ? ['was', 'It is'] : ['were', 'They are'];
  return failure('flags.token-in-use', {
    message: `${services.join(', ')} ${are} given the token before the one of now, and would be turned away: only the newest two are good.`,
    hint: `${they} given the newest when placed next: deploy a release that changes ${services.length === 1 ? 'it' : 'them'} to ${environment}, and let what is kept warm go. --force rotates all the same.`,
    data: { services },
  });
}
