/** Decisions as the text of a first tidegate.yaml, with the comments a newcomer needs. Pure. */
import { flowText } from '../fix/render.ts';
import type { Decision, RouteDecision, WorkerDecision } from './decide.ts';

export interface FirstFile {
  readonly project: string;
  /** As seen from tidegate.yaml. */
  readonly compose: readonly string[];
  readonly edgePort: number;
  readonly decisions: readonly Decision[];
}

export function firstFile({ project, compose, edgePort, decisions }: FirstFile): string {
  const named = decisions.filter((one) => one.kind !== 'backing' && one.kind !== 'left-out');
  const names = (kind: Decision['kind']): readonly string[] =>
    decisions.flatMap((one) => (one.kind === kind ? one.service : []));
  const [backing, out] = [names('backing'), names('left-out')];
  const [first] = decisions.flatMap((one) => (one.kind === 'route' ? one.hosts : []));
  const host = first ?? 'localhost';
  return [
    `# How this project is released. What runs is in ${compose.join(' and ')}.`,
    'version: 1',
    `project: ${flowText(project)}`,
    `compose: ${flowText(compose.length === 1 ? (compose[0] ?? '') : compose)}`,
    '',
    'environments:',
    `  dev:`,
    `    edge: { http: ${edgePort} } # http://${host}:${edgePort}`,
    '',
    ...(named.length === 0
      ? [
          '# Nothing in the compose file answers to http or looks like a worker: name a service here.',
          'services: {}',
        ]
      : ['services:', ...named.flatMap((one) => serviceLines(one, compose[0] ?? ''))]),
    ...(backing.length === 0
      ? []
      : [
          '',
          '# Not named, so they run beside the releases and are never swapped:',
          `# ${backing.join(', ')}`,
        ]),
    ...(out.length === 0
      ? []
      : [
          '',
          '# In profiles, so they are not there (COMPOSE_PROFILES of an environment\'s "variables:" asks for them):',
          `# ${out.join(', ')}`,
        ]),
    '',
  ].join('\n');
}

function serviceLines(one: RouteDecision | WorkerDecision, compose: string): readonly string[] {
  return [
    `  ${flowText(one.service)}: # ${one.why}`,
    ...(one.kind === 'worker'
      ? [`    worker: ${flowText(one.drainMs === undefined ? {} : { drain: seconds(one.drainMs) })}`]
      : routeLines(one)),
    ...(one.ignorePorts
      ? [`    ports: ignore # those of ${compose} are for docker compose; here the edge has the port`]
      : []),
    ...(one.sharedVolumes.length === 0
      ? []
      : [
          `    # For a while the old and the new release both write to ${one.sharedVolumes.join(', ')}.`,
          '    volumes: shared',
        ]),
  ];
}

function routeLines(one: RouteDecision): readonly string[] {
  const route = {
    ...(one.hosts.length > 0 && { hosts: one.hosts }),
    ...(one.paths.length > 0 && { paths: one.paths }),
    ...(one.kind === 'internal' ? { internal: true } : one.also ? { internal: 'also' } : {}),
    port: one.port,
  };
  return [
    `    route: ${flowText(route)}`,
    `    health: ${one.health ?? '/'}${one.health === undefined ? ' # what the edge asks; has to answer 2xx or 3xx' : ''}`,
    ...(one.drainMs === undefined
      ? []
      : [`    rollout: { drain: ${seconds(one.drainMs)} } # stop_grace_period`]),
  ];
}

function seconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
