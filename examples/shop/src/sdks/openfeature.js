// A flag by OpenFeature's SDK, whatever provider it asks.
import { ErrorCode, OpenFeature } from '@openfeature/server-sdk';

export async function openWith(provider) {
  // One that cannot reach its server yet goes on trying.
  await OpenFeature.setProviderAndWait(provider).catch(() => undefined);
  const client = OpenFeature.getClient();
  return {
    read: async (key) => {
      const { value, errorCode } = await client.getBooleanDetails(key, false);
      return errorCode === undefined || errorCode === ErrorCode.FLAG_NOT_FOUND ? value : undefined;
    },
    close: () => OpenFeature.close(),
  };
}
