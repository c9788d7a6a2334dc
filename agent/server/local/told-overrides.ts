/** Overrides as clients are told of them. Pure. */
import { overrideText, whyNoOverride, type Override } from '../../flags/overrides.ts';
import type { LocalOverride } from '../../protocol/local-flags.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';

/** `definitions`: `undefined` where the flags file cannot be read now; that is nothing against an override. */
export function toldOverride(
  override: Override,
  definitions: readonly FlagDefinition[] | undefined,
): LocalOverride {
  const { flag, targetingKey, to } = override;
  const definition = definitions?.find(({ key }) => key === flag);
  const problem = definitions ? (whyNoOverride(definition, override) ?? null) : null;
  return { flag, targetingKey, to: overrideText(to), problem };
}

/** `quick for ann`, `on for everybody`. */
export function overrideWords({ targetingKey, to }: LocalOverride): string {
  return `${to} for ${targetingKey ?? 'everybody'}`;
}
