// Unleash's SDK: it has all flags by server-sent events and evaluates by itself.
import { InMemStorageProvider, Unleash } from 'unleash-client';

export function open({ TIDEGATE_UNLEASH_URL: url, TIDEGATE_FLAGS_TOKEN: token }) {
  if (!url) return undefined;
  const client = new Unleash({
    url,
    appName: 'shop',
    customHeaders: token ? { Authorization: token } : {},
    experimentalMode: { type: 'streaming' },
    // Where the stream fails too often it asks instead.
    refreshInterval: 1_000,
    storageProvider: new InMemStorageProvider(),
  });
  // Said while nobody answers: it goes on trying.
  client.on('error', () => undefined);
  client.on('warn', () => undefined);
  let isKnown = false;
  const known = new Promise((resolve) => client.once('synchronized', () => resolve((isKnown = true))));
  const patience = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
  return Promise.race([known, patience]).then(() => ({
    read: async (key) => (isKnown ? client.isEnabled(key) : undefined),
    close: () => client.destroy(),
  }));
}
