/** What the configs say that a service mounts before and after: their content is in the Swarm. */
import type { AppService } from '../../config/model.ts';
import type { TextPair } from '../../protocol/rollback-plan.ts';
import { mountedFiles } from '../../release/mounted-files.ts';
import type { SlotTemplate } from '../../swarm/ledger/release.ts';
import type { Swarm } from '../../swarm/port.ts';
import { fileFields } from '../plan/file-differences.ts';
import { shownText } from './shown-text.ts';

export interface MountedPair {
  readonly service: string;
  readonly before: SlotTemplate | undefined;
  readonly after: SlotTemplate | undefined;
  /** What a commit makes and the cluster may not have yet. */
  readonly made: AppService['configs'];
}

/** One pair for each config that is there under another version, or on one side only. */
export async function configDocuments(
  { configs }: Pick<Swarm, 'configs'>,
  { service, before, after, made }: MountedPair,
): Promise<readonly TextPair[]> {
  const [old, now] = [configsOf(before), configsOf(after)];
  const read = async (name: string | undefined): Promise<string | null> => {
    if (name === undefined) return null;
    const own = made.find((file) => file.name === name)?.data;
    const data = own ?? (await configs.get(name))?.data;
    if (data === undefined) return `(The config ${name} is not in the Swarm any more.)\n`;
    const { text, why, bytes } = shownText(typeof data === 'string' ? Buffer.from(data) : data);
    return (
      text ?? `(${why === 'binary' ? 'Not text' : 'Too large to be shown'}: ${bytes} bytes of ${name}.)\n`
    );
  };
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
    (field) => old.get(field) !== now.get(field),
  );
  return Promise.all(
    changed.map(async (field) => ({
      name: `${service}/${field.replace('.', '/')}`,
      before: await read(old.get(field)),
      after: await read(now.get(field)),
    })),
  );
}

/** Their names in the Swarm by what the compose file calls them: `config.app`. */
function configsOf(spec: SlotTemplate | undefined): ReadonlyMap<string, string> {
  if (spec === undefined) return new Map();
  const fields = fileFields(spec);
  return new Map(
    mountedFiles(spec).flatMap(({ kind, name }, index) => {
      const field = fields[index]?.[0];
      return kind === 'config' && field !== undefined ? [[field, name] as const] : [];
    }),
  );
}
