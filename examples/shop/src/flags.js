// Feature flags, asked for in the background: a page never waits for them, and while they cannot be had the last known
// ones hold. FLAGS_SDK says who asks for them; to the pages it is the same.
import { setTimeout as delay } from 'node:timers/promises';

/** Those that pages ask for. */
const keys = ['free-delivery'];
const everyMs = 250;
/** A shop opens without its flags rather than not at all. */
const patienceMs = 2_000;

/**
 * Each module has `open(env)`: what reads flags as `env` says, or nothing where there is nobody to ask. It has `read(key)`, true or
 * false or, while nobody answers, undefined, and `close()`.
 */
const sdks = {
  none: () => import('./sdks/none.js'),
  ofrep: () => import('./sdks/ofrep.js'),
  flagd: () => import('./sdks/flagd.js'),
  unleash: () => import('./sdks/unleash.js'),
};

/** Reads the flags until it is closed; where there are none to ask for, all of them are off. */
export function openFlags(env = process.env, every = everyMs) {
  const name = env.FLAGS_SDK || 'none';
  if (!Object.hasOwn(sdks, name))
    throw new Error(`FLAGS_SDK is "${name}"; it is one of ${Object.keys(sdks).join(', ')}`);
  const known = new Map();
  const closing = new AbortController();
  const { signal } = closing;

  async function refresh(sdk) {
    for (const key of keys) {
      const value = await sdk.read(key).catch(() => undefined);
      if (value !== undefined) known.set(key, value);
    }
  }

  /** `asked`: called after the first time. */
  async function follow(asked) {
    const { open } = await sdks[name]();
    const sdk = await open(env);
    try {
      while (sdk && !signal.aborted) {
        await refresh(sdk);
        asked();
        await delay(every, undefined, { signal, ref: false }).catch(() => undefined);
      }
    } finally {
      await sdk?.close();
    }
  }

  const first = new Promise((resolve, reject) => {
    setTimeout(resolve, patienceMs).unref();
    follow(resolve).then(resolve, reject);
  });
  // Who waits for it is told; it is no reason to end where nobody does.
  first.catch(() => undefined);
  return {
    /** Resolves when they have been asked for once, and rejects where the SDK is not there. */
    first,
    isOn: (key) => known.get(key) === true,
    close: () => closing.abort(),
  };
}
