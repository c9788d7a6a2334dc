/** What texts of a project say about who asks whom, and for what. Pure. */
import type { Survey, SurveyedService } from './survey.ts';

export interface Called {
  /** Who calls. */
  readonly service: string;
  readonly url: string;
  readonly port: number;
}

/** Services that name `http://<name>`, or a server of that name in the configuration of a proxy. */
export function callersOf(
  name: string,
  { services }: Survey,
  files: (service: SurveyedService) => readonly string[],
): readonly Called[] {
  return services
    .filter((other) => other.name !== name)
    .flatMap((other) =>
      [...other.told, ...files(other)].flatMap((text) =>
        [
          ...text.matchAll(
            /\b(https?|wss?):\/\/(?:[^\s/@]*@)?([A-Za-z0-9._-]+)(?::(\d{1,5}))?|^\s*server\s+([A-Za-z0-9._-]+)(?::(\d{1,5}))?\s*;/gm,
          ),
        ].flatMap(([, scheme, host, port, server, serverPort]) => {
          if ((host ?? server) !== name || scheme === 'https') return [];
          const number = Number(port ?? serverPort ?? 80);
          return [
            { service: other.name, url: `http://${name}${number === 80 ? '' : `:${number}`}`, port: number },
          ];
        }),
      ),
    );
}

export interface Asked {
  readonly port: number | undefined;
  readonly path: string;
}

/** The address that a health check asks of its own container. */
export function urlOf(command: string, service: string): Asked | undefined {
  for (const [, host = '', port, path = ''] of command.matchAll(
    /https?:\/\/(\[::1?\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(\/[A-Za-z0-9\-._~!&()*+,;=:@%/?]*)?/g,
  )) {
    if (!['localhost', '127.0.0.1', '0.0.0.0', '[::1]', '[::]', service].includes(host)) continue;
    return { port: port === undefined ? undefined : Number(port), path: path.replace(/[),;]+$/, '') || '/' };
  }
  return undefined;
}

export interface TraefikRoute {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly port: number | undefined;
}

/** Of the labels Traefik reads: hosts, beginnings of paths, the port. */
export function traefikOf(labels: Readonly<Record<string, string>>): TraefikRoute | undefined {
  const rules = Object.entries(labels).filter(([key]) => /^traefik\.http\.routers\.[^.]+\.rule$/i.test(key));
  if (rules.length === 0 || labels['traefik.enable'] === 'false') return undefined;
  const port = Object.entries(labels).find(([key]) => /\.loadbalancer\.server\.port$/i.test(key))?.[1];
  const all = (name: string): readonly string[] => [
    ...new Set(
      rules.flatMap(([, rule]) =>
        [...rule.matchAll(new RegExp(`\\b${name}\\(([^)]*)\\)`, 'g'))].flatMap(([, inside = '']) =>
          [...inside.matchAll(/[`'"]([^`'"]+)[`'"]/g)].map(([, value = '']) => value),
        ),
      ),
    ),
  ];
  return {
    hosts: all('Host').map((host) => host.toLowerCase()),
    paths: all('PathPrefix').flatMap((path) => (path === '/' ? [] : path.replace(/\/+$/, ''))),
    port: port !== undefined && /^\d{1,5}$/.test(port) ? Number(port) : undefined,
  };
}
