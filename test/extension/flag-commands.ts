import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { failure } from '../../agent/protocol/errors.ts';
import type { FlagChangeTold } from '../../agent/protocol/flag-settling.ts';
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, folder, live, showViews, startAgent, statusOf, until } from './stage.ts';

const plain: FlagStatus = {
  ...{ key: 'free-delivery', value: false, state: null, defined: true, default: false },
  ...{ description: 'No delivery costs', owner: 'web', by: null, at: null },
  ...{ share: null, kind: 'release', expires: null, type: 'boolean', variants: ['on', 'off'], conditions: 0 },
};
const checkout: FlagStatus = {
  ...plain,
  ...{ key: 'checkout', type: 'string', variants: ['classic', 'quick'], expires: '2020-01-01' },
};

export function flagCommandTests(): void {
  describe('flags and who gets them', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let tidegate: TidegateApi;
    /** As the environments have them. */
    let held: Map<string, readonly FlagStatus[]>;

    before(async () => {
      agent = await startAgent();
      held = new Map();
      agent.answers['flags.list'] = ({ environment }) => ({
        ...{ environment, stack: `shop-${environment}`, release: live },
        flags: held.get(environment) ?? [plain, checkout],
      });
      agent.answers['flags.set'] = ({ environment, key, on, share, variant }) => {
        const now = held.get(environment) ?? [plain, checkout];
        held.set(
          environment,
          now.map((flag) => {
            if (flag.key !== key) return flag;
            return {
              ...withoutVariant(flag),
              value: on,
              share: share ?? null,
              ...(variant !== undefined && { variant }),
            };
          }),
        );
        return {
          ...{ outcome: 'done', environment, stack: `shop-${environment}`, flag: key, value: on },
          ...{ state: on ? 'on' : 'off', share: share ?? null, controls: 1, missing: [], tookMs: 1 },
          message: `${key} is switched in ${environment}`,
        };
      };
      tidegate = await api();
      await showViews();
      await until('flags are shown', () => tidegate.rows('flags').length === 2);
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
    });
    afterEach(() => dialogs.restore());

    const at = (environment: string | undefined, more: object = {}) => ({
      ...{ folder: folder(), ...more },
      ...(environment !== undefined && { environment }),
    });
    const run = (id: string, argument?: unknown): Thenable<unknown> =>
      vscode.commands.executeCommand(id, argument);
    const sets = (): readonly unknown[] =>
      agent
        .asksFor('flags.set')
        .map(({ params }) =>
          Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'folder')),
        );
    const row = async (key: string): Promise<NonNullable<ReturnType<TidegateApi['rows']>[number]>> =>
      until(`the row of ${key}`, () => tidegate.rows('flags').find(({ label }) => label === key));
    const changed = (): void => {
      for (const environment of ['dev', 'production'])
        agent.tell(
          {
            ...{ kind: 'watch', feed: 'f' },
            updates: [
              {
                ...{ type: 'status', sequence: agent.asked.length + 2 },
                status: statusOf(environment, { flagsVersion: `${agent.asked.length}-${Math.random()}` }),
              },
            ],
          } as never,
          environment,
        );
    };

    it('are on for a share that is picked, and back with Undo', async () => {
      dialogs.picks.push('25 %');
      dialogs.press = (_, buttons) => buttons.find((one) => one === 'Undo');
      await run(commands.changeFlagShare, at('dev', { flag: 'free-delivery' }));
      await agent.untilAsked('flags.set', 2);
      dialogs.press = () => undefined;
      const set = { environment: 'dev', key: 'free-delivery' };
      assert.deepEqual(sets(), [
        { ...set, on: true, share: 25 },
        { ...set, on: false },
      ]);
      assert.ok(dialogs.lists[0]?.[0]?.startsWith('0 %|on, and nobody'), dialogs.lists[0]?.[0]);
    });

    it('are on for a share that is typed, and not for one that is none', async () => {
      dialogs.picks.push('Another Share', 'Another Share');
      dialogs.answers.push('2.5', 'many');
      await run(commands.changeFlagShare, at('dev', { flag: 'free-delivery' }));
      await run(commands.changeFlagShare, at('dev', { flag: 'free-delivery' }));
      assert.deepEqual(sets(), [{ environment: 'dev', key: 'free-delivery', on: true, share: 2.5 }]);
      assert.match(dialogs.said.at(-1)?.text ?? '', /percentage from 0 to 100/);
    });

    it('ask before a protected environment gets another share, and leave it when that is refused', async () => {
      dialogs.picks.push('50 %');
      await run(commands.changeFlagShare, at('production', { flag: 'free-delivery' }));
      assert.deepEqual(sets(), []);
      assert.match(dialogs.said[0]?.detail ?? '', /From: off\nTo: on for 50 %/);
    });

    it('give another variant, and keep for whom it is', async () => {
      held.set('dev', [{ ...checkout, value: true, state: 'on', share: 10 }]);
      dialogs.picks.push('quick');
      await run(commands.changeFlagVariant, at('dev', { flag: 'checkout' }));
      assert.deepEqual(sets(), [
        { environment: 'dev', key: 'checkout', on: true, share: 10, variant: 'quick' },
      ]);
      assert.deepEqual(
        dialogs.lists[0]?.map((line) => line.split('|')[0]),
        [...['What its definition says', 'classic', 'quick']],
      );
      held.clear();
    });

    it('have no variants to choose from where they are on or off', async () => {
      await run(commands.changeFlagVariant, at('dev', { flag: 'free-delivery' }));
      assert.deepEqual(sets(), []);
      assert.match(dialogs.said[0]?.text ?? '', /boolean flag/);
    });

    describe('by their history', () => {
      const made = { at: '2026-01-02T10:00:00.000Z', by: 'ann@laptop' };
      const changes = [
        {
          ...made,
          change: 3,
          from: { state: 'on', share: 25 },
          to: { state: 'off', share: null },
          reason: 'errors',
        },
        {
          ...made,
          change: 2,
          from: { state: null, share: null },
          to: { state: 'on', share: 25 },
          reason: null,
        },
      ] as const;
      let kept: readonly FlagChangeTold[];
      beforeEach(() => {
        kept = changes;
        const of = (environment: string, flag: string) => ({
          environment,
          stack: `shop-${environment}`,
          flag,
        });
        agent.answers['flags.history'] = ({ environment, key }) => ({
          ...of(environment, key),
          changes: kept,
        });
        agent.answers['flags.undo'] = ({ environment, key, change = 0 }) => ({
          ...{ ...of(environment, key), outcome: 'done', undone: change, to: { state: null, share: null } },
          ...{ message: `${key} is as defined again`, controls: 1, missing: [] },
        });
      });
      const look = (): Thenable<unknown> => run(commands.flagHistory, at('dev', { flag: 'free-delivery' }));

      it('tell who switched them, and go back to what they were before', async () => {
        dialogs.picks.push('on for 25 % → off');
        await look();
        assert.deepEqual(sets(), [{ environment: 'dev', key: 'free-delivery', on: true, share: 25 }]);
        const [first] = dialogs.lists[0] ?? [];
        for (const word of ['on for 25 % → off', 'ann@laptop · 2026-01-02', 'errors'])
          assert.ok(first?.includes(word), `${word}: ${first ?? 'no line'}`);
      });

      it('go back to where nobody had switched them by undoing the only change, and not past newer ones', async () => {
        dialogs.picks.push('what its definition says → on');
        await look();
        assert.deepEqual(agent.asksFor('flags.undo'), []);
        assert.match(dialogs.said[0]?.text ?? '', /Undo the newer changes first/);
        kept = changes.slice(1);
        dialogs.picks.push('what its definition says → on');
        await look();
        assert.deepEqual(
          agent.asksFor('flags.undo').map(({ params }) => [params['key'], params['change']]),
          [['free-delivery', 2]],
        );
      });

      it('say so where there is none', async () => {
        kept = [];
        await look();
        assert.match(dialogs.said[0]?.text ?? '', /never switched in dev/);
      });
    });

    describe('by the kill switch', () => {
      const on = { value: true, state: 'on' } as const;
      beforeEach(() => {
        held.set('dev', [{ ...plain, ...on }]);
        held.set('production', [{ ...plain, ...on, share: 25 }]);
      });
      afterEach(() => held.clear());
      const kill = (): Thenable<unknown> => run(commands.killFlag, at(undefined, { flag: 'free-delivery' }));

      it('are off everywhere, after one question and the name of each protected environment', async () => {
        dialogs.press = (_, buttons) => buttons.find((one) => one === 'Turn Off');
        dialogs.answers.push('production');
        const results = (await kill()) as readonly { environment: string; outcome: string }[];
        assert.deepEqual(
          results.map(({ environment, outcome }) => [environment, outcome]),
          [
            ['dev', 'done'],
            ['production', 'done'],
          ],
        );
        const set = { key: 'free-delivery', on: false, confirmed: true };
        assert.deepEqual(sets(), [
          { environment: 'dev', ...set },
          { environment: 'production', ...set },
        ]);
        assert.match(
          dialogs.said[0]?.detail ?? '',
          /dev: on → off\nproduction \(protected\): on for 25 % → off/,
        );
        assert.deepEqual(dialogs.said[1]?.text, 'free-delivery is off in dev, production.');
        assert.deepEqual(dialogs.said[1].buttons, ['Undo', 'Show Details']);
      });

      it('stay on everywhere where somebody says no, or types another name', async () => {
        await kill();
        dialogs.press = (_, buttons) => buttons.find((one) => one === 'Turn Off');
        dialogs.answers.push('prod');
        await kill();
        assert.deepEqual(sets(), []);
        assert.match(dialogs.said.at(-1)?.text ?? '', /nothing is switched anywhere/);
      });

      it('are told of for each environment where one of them fails', async () => {
        const { 'flags.set': set } = agent.answers;
        agent.answers['flags.set'] = (params, call) => {
          if (params.environment === 'dev') throw failure('internal', { message: 'the engine is gone' });
          if (set === undefined) throw new Error('nobody answers');
          return set(params, call);
        };
        dialogs.press = (_, buttons) => buttons.find((one) => one === 'Turn Off');
        dialogs.answers.push('production');
        const results = (await kill()) as readonly { environment: string; outcome: string }[];
        if (set) agent.answers['flags.set'] = set;
        assert.deepEqual(
          results.map(({ outcome }) => outcome),
          ['failed', 'done'],
        );
        assert.match(dialogs.said.at(-1)?.text ?? '', /NOT off everywhere\. dev: .*engine is gone/);
      });

      it('get back what they were', async () => {
        dialogs.press = (_, buttons) =>
          buttons.find((one) => ['Turn Off', 'Undo', 'Give Back'].includes(one));
        dialogs.answers.push('production', 'production');
        await kill();
        await agent.untilAsked('flags.set', 4);
        dialogs.press = () => undefined;
        const set = { key: 'free-delivery', on: true, confirmed: true };
        assert.deepEqual(sets().slice(2), [
          { environment: 'dev', ...set },
          { environment: 'production', ...set, share: 25 },
        ]);
      });
    });

    it('are evaluated for a user in every environment, with the reason, and the user is remembered', async () => {
      agent.answers['flags.evaluate'] = ({ environment, key }) => ({
        ...{ environment, stack: `shop-${environment}` },
        evaluations: [
          {
            ...{ key: key ?? '', variant: 'quick', value: 'two-pages', reason: 'TARGETING_MATCH' },
            because: 'rule 1 holds',
          },
        ],
      });
      dialogs.answers.push('ann', 'plan=pro, user.country=de');
      await run(commands.whoGetsFlag, at(undefined, { flag: 'checkout' }));
      assert.deepEqual(
        agent.asksFor('flags.evaluate').map(({ params }) => [params['environment'], params['context']]),
        ['dev', 'production'].map((environment) => [
          environment,
          { plan: 'pro', user: { country: 'de' }, targetingKey: 'ann' },
        ]),
      );
      assert.equal(dialogs.lists[0]?.[0], 'dev: quick = "two-pages"||rule 1 holds (TARGETING_MATCH)');
      const remembered: (string | undefined)[] = [];
      Object.assign(vscode.window, {
        showInputBox: ({ value }: vscode.InputBoxOptions) => {
          remembered.push(value);
          return Promise.resolve(value);
        },
      });
      await run(commands.whoGetsFlag, at('dev', { flag: 'checkout' }));
      assert.deepEqual(remembered, ['ann', 'plan=pro, user.country=de']);
      assert.equal(agent.asksFor('flags.evaluate').length, 3);
    });

    it('are not evaluated for what is no attribute', async () => {
      dialogs.answers.push('ann', 'plan');
      await run(commands.whoGetsFlag, at('dev', { flag: 'checkout' }));
      assert.deepEqual(agent.asksFor('flags.evaluate'), []);
      assert.match(dialogs.said[0]?.text ?? '', /"plan" is no attribute/);
    });

    it('say in their row why they may be taken out, and can be shown alone', async () => {
      changed();
      const stale = await row('checkout');
      assert.ok(stale.description.includes('stale: expired on 2020-01-01'), stale.description);
      assert.ok(stale.spoken.includes('stale: expired'), stale.spoken);
      // The code is read for it: what nothing in it uses may be taken out as well.
      const code = path.join(folder(), 'used.ts');
      await writeFile(code, "await client.getBooleanValue('free-delivery', false);\n");
      try {
        await run(commands.showStaleFlags);
        assert.deepEqual(
          tidegate.rows('flags').map(({ label }) => label),
          ['checkout'],
        );
        const [alone] = tidegate.rows('flags');
        assert.ok(alone?.description.includes('not used in the code'), alone?.description);
      } finally {
        await run(commands.showAllFlags);
        await rm(code);
      }
      assert.equal(tidegate.rows('flags').length, 2);
    });

    it('are killed, or evaluated, from the row of all environments', async () => {
      const { id } = await row('free-delivery');
      dialogs.answers.push('ann', '');
      await run(commands.whoGetsFlag, id);
      assert.deepEqual(
        agent.asksFor('flags.evaluate').map(({ params }) => params['environment']),
        ['dev', 'production'],
      );
      await run(commands.killFlag, id);
      assert.match(dialogs.said.at(-1)?.text ?? '', /off in all environments already/);
    });
  });
}

function withoutVariant(flag: FlagStatus): FlagStatus {
  return Object.fromEntries(
    Object.entries(flag).filter(([name]) => name !== 'variant'),
  ) as unknown as FlagStatus;
}
