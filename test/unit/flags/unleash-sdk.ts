import { once } from 'node:events';
import { InMemStorageProvider, Unleash } from 'unleash-client';
import type { ClientFeaturesResponse } from 'unleash-client/lib/feature.js';

/** Unleash's SDK as it comes from npm, with features it was given instead of a server. */
export async function sdkOf(features: string): Promise<Unleash> {
  const { features: data } = JSON.parse(features) as ClientFeaturesResponse;
  const sdk = new Unleash({
    url: 'http://127.0.0.1:9/',
    appName: 'x',
    refreshInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data },
  });
  sdk.on('error', () => undefined);
  sdk.on('warn', () => undefined);
  const ready = once(sdk, 'ready');
  await sdk.start();
  // It is never ready for no features at all.
  if (data.length > 0) await ready;
  return sdk;
}
