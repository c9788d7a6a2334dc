/** Engines that answer like Docker and cannot carry a Swarm: said at once, not when the first network fails. */
import * as z from 'zod';
import type { TidegateError } from '../common/errors.ts';
import { podman, rootless } from './failures.ts';

/** What is read of `GET /info` and `GET /version`; whatever is missing there says nothing. */
const info = z.object({ SecurityOptions: z.array(z.string()).catch([]) }).catch({ SecurityOptions: [] });
const version = z
  .object({ Components: z.array(z.object({ Name: z.string() })).catch([]) })
  .catch({ Components: [] });

/** `undefined`: nothing speaks against it. Pure. */
export function unsupported(
  engine: string,
  answers: { readonly info: unknown; readonly version: unknown },
): TidegateError | undefined {
  const { Components } = version.parse(answers.version);
  if (Components.some(({ Name }) => /podman/i.test(Name))) return podman(engine);
  const { SecurityOptions } = info.parse(answers.info);
  return SecurityOptions.some((option) => /^name=rootless(,|$)/.test(option)) ? rootless(engine) : undefined;
}
