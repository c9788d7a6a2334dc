// OpenFeature's SDK with flagd's provider: it has all flags by a stream of gRPC and evaluates by itself. It can send no token.
import { FlagdProvider } from '@openfeature/flagd-provider';
import { openWith } from './openfeature.js';

export function open({ FLAGD_HOST: host, FLAGD_SYNC_PORT: port }) {
  if (!host) return undefined;
  return openWith(
    new FlagdProvider({
      host,
      port: Number(port ?? 8015),
      resolverType: 'in-process',
      // How long it waits after a stream that failed; by itself twelve seconds.
      retryBackoffMaxMs: 1_000,
    }),
  );
}
