// Feature flags over OFREP (OpenFeature's remote evaluation protocol), asked for in the background: a page never waits
// for them, and while they cannot be had the last known ones hold.
const everyMs = 250;

/** Reads the flags of `url` until it is closed; without a `url` all of them are off. */
export function openFlags({ url, every = everyMs }) {
  let known = new Map();
  let etag;
  let timer;
  let closed = false;

  async function refresh() {
    const response = await fetch(new URL('/ofrep/v1/evaluate/flags', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(etag && { 'if-none-match': etag }) },
      body: '{"context":{}}',
      signal: AbortSignal.timeout(2_000),
    });
    if (response.status === 200) {
      const { flags } = await response.json();
      known = new Map(flags.map(({ key, value }) => [key, value]));
      etag = response.headers.get('etag');
    } else await response.arrayBuffer();
  }

  async function look() {
    await refresh().catch(() => undefined);
    if (!closed) timer = setTimeout(look, every).unref();
  }

  const first = url ? look() : Promise.resolve();
  return {
    /** Resolves when they have been asked for once. */
    first,
    isOn: (key) => known.get(key) === true,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
