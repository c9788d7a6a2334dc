/** The text of an address, as DOCKER_HOST and docker contexts have it. Pure. */
import { badEngineAddress, passwordInAddress } from './failures.ts';
import type { SshTarget } from './ssh/target.ts';

export type Address =
  | { readonly kind: 'socket'; readonly path: string; readonly name: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** The address itself asks for TLS. */
      readonly tls: boolean;
      readonly name: string;
    }
  | { readonly kind: 'ssh'; readonly target: SshTarget; readonly name: string };

/** Docker's registered port for TLS. */
const tlsPort = 2376;

/** Throws `engine.unreachable` for what is no address. */
export function parseAddress(text: string, source: string): Address {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(text)?.[1];
  if (socket !== undefined) return { kind: 'socket', path: socket, name: text };
  const hidden = text.replace(/^((?:\w+:\/\/)?[^@/:]*):[^@/]*@/, '$1:***@');
  if (hidden !== text) throw passwordInAddress(hidden, source);
  return text.startsWith('ssh://') ? sshAddress(text, source) : tcpAddress(text, source);
}

/** Like the docker CLI: an address without a scheme is tcp, a port that is missing is 2375. */
function tcpAddress(text: string, source: string): Address {
  const [, scheme, name, digits] =
    /^(?:(tcp|http|https):\/\/)?(\[[0-9a-f:]+\]|[^:/?#@\s]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  const isHttps = scheme?.toLowerCase() === 'https';
  const port = Number(digits ?? (isHttps ? tlsPort : 2375));
  if (name === undefined || port < 1 || port > 65_535) throw badEngineAddress(text, source);
  return {
    kind: 'tcp',
    host: name.replace(/^\[|\]$/g, ''),
    port,
    tls: isHttps || port === tlsPort,
    name: `tcp://${name}:${port}`,
  };
}

/** Neither user nor host may look like an option of the ssh program, or hold what a shell would read. */
function sshAddress(text: string, source: string): Address {
  const [, user, name, digits, path] =
    /^ssh:\/\/(?:([\w.][\w.+\\-]*)@)?(\[[0-9a-f:]+\]|[\w.][\w.-]*)(?::(\d{1,5}))?(\/[^\s?#']*)?$/i.exec(
      text,
    ) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (name === undefined || port === 0 || (port ?? 0) > 65_535) throw badEngineAddress(text, source);
  const socket = path === undefined || path === '/' ? undefined : path;
  return {
    kind: 'ssh',
    target: {
      host: name.replace(/^\[|\]$/g, ''),
      ...(user !== undefined && { user }),
      ...(port !== undefined && { port }),
      ...(socket !== undefined && { socket }),
    },
    name: text.replace(/\/$/, ''),
  };
}
