/**
 * What happened in an environment: ended rollouts, gathered into immutable pages so that the ledger does not
 * fill with one object for each.
 */
import * as z from 'zod';
import { hasCode } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { Swarm } from '../port.ts';
import { decode, encode, ownLabels } from './object.ts';
import { rolloutHead, rolloutState } from './rollout.ts';

const auditEntry = z.strictObject({ head: rolloutHead, state: rolloutState });
export type AuditEntry = z.infer<typeof auditEntry>;
const page = z.array(auditEntry);

export interface AuditStore {
  /** Oldest first. */
  list(): Promise<readonly AuditEntry[]>;
  /** Writes a new page. */
  addPage(entries: readonly AuditEntry[]): Promise<void>;
  /** Drops the oldest pages until at most `keep` entries are left. */
  prune(keep: number): Promise<void>;
}

export function auditStore(swarm: Swarm, stack: string): AuditStore {
  const own = ownLabels(stack, 'audit');
  const pages = async () =>
    (await swarm.configs.list(own))
      .map((object) => ({ object, number: Number(object.labels['tidegate.page'] ?? 0) }))
      .sort((a, b) => a.number - b.number);
  return {
    list: async () => {
      const all = await Promise.all(
        (await pages()).map(({ object }) => decode(object, (v) => page.parse(v))),
      );
      return all.flat();
    },
    addPage: async (entries) => {
      let number = ((await pages()).at(-1)?.number ?? 0) + 1;
      for (;;) {
        const marks = { ...own, 'tidegate.page': String(number), 'tidegate.entries': String(entries.length) };
        try {
          await swarm.configs.create(names.audit(stack, number), await encode(entries), marks);
          return;
        } catch (error) {
          if (!hasCode(error, 'swarm.conflict')) throw error;
          number += 1;
        }
      }
    },
    prune: async (keep) => {
      let kept = 0;
      for (const { object } of (await pages()).reverse()) {
        kept += Number(object.labels['tidegate.entries'] ?? 0);
        if (kept > keep) await swarm.configs.remove(object.id);
      }
    },
  };
}
