import type { Store } from '../project/store.ts';

interface Switch {
  readonly folder: string;
  readonly environment: string;
  readonly key: string;
  readonly on: boolean;
  readonly share: number | undefined;
}

/** Shows a switch while it is under way; when it is refused, the flag is shown as it was at once. */
export async function shownAtOnce<T>(
  store: Store,
  { folder, environment, key, on, share }: Switch,
  switching: Promise<T>,
): Promise<T> {
  const expected = store.expectFlag({ folder, environment }, key, { on, share });
  try {
    const result = await switching;
    // Where it cannot be read again just now, whoever watches reads it soon.
    await store.readFlags({ folder, environment }).catch(() => undefined);
    return result;
  } finally {
    expected.end();
  }
}
