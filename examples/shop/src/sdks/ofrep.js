// OpenFeature's SDK with the provider of OFREP: each evaluation is a request.
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { openWith } from './openfeature.js';

const patienceMs = 2_000;

export function open({ OFREP_ENDPOINT: baseUrl, TIDEGATE_FLAGS_TOKEN: token }) {
  if (!baseUrl) return undefined;
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const fetchImplementation = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) });
  return openWith(new OFREPProvider({ baseUrl, headers, fetchImplementation }));
}
