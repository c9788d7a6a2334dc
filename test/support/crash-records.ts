/** What a rollout writes into the cluster, told one by one as it is written. */
import { labels } from '../../agent/common/names.ts';
import { phaseName } from '../../agent/release/machine.ts';
import { rolloutState } from '../../agent/swarm/ledger/rollout.ts';
import type { Swarm } from '../../agent/swarm/port.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Calls `onRecord` right after each successful write of a journal that changes its state or its driver (so not
 * after the renewal of a lease), with the record's name: the phase of the rollout; `taken over (phase)` where
 * only the driver changed; `left (phase)` where the driver went home; `superseded` where an earlier rollout was
 * told that it is over.
 */
export function watchRecords(swarm: Swarm, onRecord: (name: string) => void): Swarm {
  const { configs } = swarm;
  return {
    ...swarm,
    configs: {
      ...configs,
      create: async (name, data, own) => {
        const id = await configs.create(name, data, own);
        if (isJournal(name)) onRecord(recordName({}, own));
        return id;
      },
      updateLabels: async (config, labels) => {
        await configs.updateLabels(config, labels);
        const before = config.labels;
        const isNews = labels['state'] !== before['state'] || labels['driver'] !== before['driver'];
        if (isJournal(config.name) && isNews) onRecord(recordName(before, labels));
      },
    },
  };
}

const isJournal = (name: string): boolean => name.includes('.rollout.');

function recordName(before: Labels, after: Labels): string {
  const state = rolloutState.parse(JSON.parse(after['state'] ?? ''));
  const name = phaseName(state.phase);
  if (state.reason === 'superseded') return 'superseded';
  if (after['driver'] === undefined) return `left (${name})`;
  return after['state'] === before['state'] ? `taken over (${name})` : name;
}

/**
 * Waits before a journal is created (`plan`: the rollout is planned, nobody knows of it yet), or before the write that
 * gives the new slots all the traffic (`swap`: everything was looked at for the last time).
 */
export function holdBefore(swarm: Swarm, point: HoldPoint, wait: () => Promise<void>): Swarm {
  const { configs } = swarm;
  return {
    ...swarm,
    configs: {
      ...configs,
      create: async (name, data, labels) => {
        if (point === 'plan' && isJournal(name)) await wait();
        return configs.create(name, data, labels);
      },
      updateLabels: async (config, labels) => {
        if (point === 'swap' && isSwap(config.labels, labels)) await wait();
        return configs.updateLabels(config, labels);
      },
    },
  };
}

export type HoldPoint = 'plan' | 'swap';

function isSwap(before: Labels, after: Labels): boolean {
  return Object.keys(after).some((label) => label.startsWith('route.') && after[label] !== before[label]);
}

/**
 * Calls `onStep` right after what an effect does between two records: `slot created`, `slot scaled`, `slot removed`, each
 * also with its service (`slot created: web`); the same of `suite` and `command`, tasks that run once;
 * `flags written` (somebody switched one); `routes written` (with what of them changed: `lock`, `rollout.web`, `slot.web-blue`, …).
 */
export function watchSteps(swarm: Swarm, onStep: (name: string) => void): Swarm {
  const { configs, services } = swarm;
  const known = new Map<string, Labels>();
  const step = (
    done: string,
    { [labels.object]: object = 'slot', [labels.service]: service = '' }: Labels,
  ): void => {
    const what = `${kinds[object] ?? object} ${done}`;
    onStep(what);
    onStep(`${what}: ${service}`);
  };
  return {
    ...swarm,
    configs: {
      ...configs,
      updateLabels: async (config, labels) => {
        await configs.updateLabels(config, labels);
        if (config.name.endsWith('.flags')) onStep('flags written');
        if (!config.name.endsWith('.routes')) return;
        const all = new Set([...Object.keys(config.labels), ...Object.keys(labels)]);
        const changed = [...all].filter((label) => labels[label] !== config.labels[label]);
        onStep(
          `routes written: ${changed
            .map((label) => label.split('.')[0])
            .sort()
            .join(' ')}`,
        );
      },
    },
    services: {
      ...services,
      create: async (spec) => {
        const id = await services.create(spec);
        known.set(id, spec.Labels);
        step('created', spec.Labels);
        return id;
      },
      update: async (service, spec) => {
        await services.update(service, spec);
        known.set(service.id, spec.Labels);
        step('scaled', spec.Labels);
      },
      remove: async (id) => {
        await services.remove(id);
        step('removed', known.get(id) ?? {});
      },
    },
  };
}

const kinds: Readonly<Record<string, string>> = { 'release-command': 'command' };
