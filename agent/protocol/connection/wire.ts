/**
 * What goes over a connection to the agent beside the methods of `methods.ts`: JSON-RPC 2.0, a
 * `hello` first, and events as the library's own `$/progress`.
 */
// The small one: editors wait for it.
import * as z from 'zod/mini';
import { ProgressType } from 'vscode-jsonrpc/node';
import type { AgentEvent } from '../methods.ts';

/** The agent listens there and nowhere else. */
export const address = '127.0.0.1';

/** Asked first: which contract the other side speaks (`protocolVersion`), and who it is. */
export const helloMethod = 'hello';

export const helloParams = z.object({
  protocolVersion: z.int().check(z.positive()),
  /** Of the client's process, those that `session-env.ts` allows. An agent on pipes has its own and needs none. */
  env: z.optional(z.record(z.string(), z.string())),
  /** For interpolating compose files only. */
  variables: z.optional(z.record(z.string(), z.string())),
});
export type HelloParams = z.infer<typeof helloParams>;

/** The other side may be newer: what it adds is ignored. */
export const helloResult = z.object({
  protocolVersion: z.int().check(z.positive()),
  version: z.string(),
  pid: z.int().check(z.positive()),
});
export type Hello = z.infer<typeof helloResult>;

/**
 * A request that wants events carries a token of its own beside the method's parameters; the events come as
 * `$/progress` with that token, all of them before the answer.
 */
export const eventToken = z.union([z.string(), z.int()]);
export const eventTokenField = 'eventToken';

export const eventProgress = new ProgressType<AgentEvent>();

/** `data` of a JSON-RPC error: what a `TidegateError` says beside its message. */
export const wireErrorData = z.object({
  code: z.string(),
  hint: z.optional(z.string()),
  data: z.optional(z.record(z.string(), z.unknown())),
});
export type WireErrorData = z.infer<typeof wireErrorData>;
