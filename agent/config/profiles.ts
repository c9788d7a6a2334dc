/** `profiles:`: services that are there only when one of their profiles is asked for, by COMPOSE_PROFILES as with Docker. */
import type { Field } from './compose-field.ts';
import type { Variables } from './interpolate.ts';

export function activeProfiles(variables: Variables): ReadonlySet<string> {
  const written = variables['COMPOSE_PROFILES'] ?? '';
  return new Set(
    written
      .split(',')
      .map((profile) => profile.trim())
      .filter((profile) => profile !== ''),
  );
}

export function isActive(service: Field, active: ReadonlySet<string>): boolean {
  const wanted = service.get('profiles')?.texts() ?? [];
  return wanted.length === 0 || active.has('*') || wanted.some((profile) => active.has(profile));
}
