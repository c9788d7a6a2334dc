/** The flags of an environment, as they are now, in somebody's format; what it cannot say is listed. Pure. */
import type { Json } from '../../common/json.ts';
import { blockLines } from '../../config/fix/render.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../../swarm/ledger/flags.ts';
import { compileFlag } from '../compile.ts';
import { flagSources, type FlagSource } from '../document.ts';
import { modelOf, onOf } from '../model.ts';
import { launchDarklyExport } from './launchdarkly-export.ts';
import { unleashExport } from './unleash-export.ts';
import { writtenFlag } from './write.ts';

export const exportFormats = ['flagd', 'unleash', 'launchdarkly', 'tidegate'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface Lost {
  readonly key: string;
  readonly why: string;
}

export interface Exported {
  readonly text: string;
  /** Flags that are not in it, and what is not as it was of those that are. */
  readonly lost: readonly Lost[];
}

export interface Exporting {
  readonly definitions: readonly FlagDefinition[];
  readonly states: ReadonlyMap<string, FlagSetting>;
  readonly environment: string;
}

export function exportFlags(format: ExportFormat, { definitions, states, environment }: Exporting): Exported {
  const sources = flagSources(definitions, states);
  switch (format) {
    case 'flagd':
      return { text: json(flagdDocument(sources)), lost: [] };
    case 'unleash': {
      const { document, lost } = unleashExport(sources, environment);
      return { text: json(document), lost };
    }
    case 'launchdarkly': {
      const { document, lost } = launchDarklyExport(sources, environment);
      return { text: json(document), lost };
    }
    case 'tidegate':
      return { text: flagsFile([...sources.values()].map(asItIs)), lost: [] };
  }
}

/** flagd's own keys for what people read are `metadata`, which its SDKs hand on. */
function flagdDocument(sources: ReadonlyMap<string, FlagSource>): Json {
  const flags = [...sources].map(([key, source]): [string, Json] => {
    const { description, owner, kind, expires, type = 'boolean', off } = source.definition;
    const metadata = {
      description,
      ...(owner !== null && { owner }),
      ...(kind && { kind }),
      ...(expires !== undefined && { expires }),
      ...(type !== 'boolean' && off !== undefined && { off }),
    };
    const compiled = compileFlag(source, (needed) => sources.get(needed));
    return [key, { ...compiled, metadata }];
  });
  return { $schema: 'https://flagd.dev/schema/v0/flags.json', flags: Object.fromEntries(flags) };
}

/** What is switched becomes what the definition says by itself. */
function asItIs({ definition, setting }: FlagSource): FlagDefinition {
  const model = modelOf(definition);
  const isOn = setting !== 'off';
  const on = isOn ? onOf(model, setting) : model.on;
  const saysOn = definition.on !== undefined || on !== model.on;
  return { ...definition, default: isOn, ...(saysOn && { on }) };
}

/** A whole flags file. */
export function flagsFile(flags: readonly FlagDefinition[]): string {
  if (flags.length === 0) return 'version: 1\nflags: {}\n';
  const lines = flags.flatMap((flag) =>
    blockLines(flag.key, writtenFlag(flag), { indent: '  ', step: '  ' }),
  );
  return `version: 1\nflags:\n${lines.join('\n')}\n`;
}

function json(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
