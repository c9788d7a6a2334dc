/** What a compose file says of its services that matters for how they are released. Pure. */
import { parseMilliseconds } from '../durations.ts';
import type { Variables } from '../interpolate.ts';
import { checkoutSource } from '../checkout-source.ts';
import { namedPath, entryOf, plainOf, type MapTree, type Tree } from '../yaml-tree.ts';

export interface Survey {
  /** `name:` of the file. */
  readonly name: string | undefined;
  readonly services: readonly SurveyedService[];
}

export interface SurveyedService {
  readonly name: string;
  readonly image: string | undefined;
  /** Inside the repository. */
  readonly build: BuildOf | undefined;
  readonly ports: readonly PublishedPort[];
  readonly expose: readonly number[];
  /** The words of its health check; empty when it is switched off. */
  readonly healthcheck: string | undefined;
  readonly stopGraceMs: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Everything it is told: environment, command, entrypoint, build arguments. */
  readonly told: readonly string[];
  /** Single files of the repository that are mounted into it. */
  readonly files: readonly string[];
  /** Folders and volumes that it may write to, as they are written. */
  readonly writable: readonly string[];
  readonly command: string | undefined;
  readonly dependsOn: readonly { readonly service: string; readonly completed: boolean }[];
  readonly profiles: readonly string[];
}

export interface BuildOf {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
}

export interface PublishedPort {
  readonly target: number;
  readonly published: number | undefined;
  readonly protocol: 'tcp' | 'udp';
}

export function survey(tree: MapTree, variables: Variables): Survey {
  const name = plain(tree, 'name');
  const services = entryOf(tree, 'services')?.value;
  return {
    name: typeof name === 'string' ? name : undefined,
    services:
      services?.kind === 'map'
        ? services.entries
            .filter(({ key, value }) => !key.startsWith('x-') && value.kind === 'map')
            .map(({ key, value }) => surveyed(key, value, variables))
        : [],
  };
}

function surveyed(name: string, tree: Tree, variables: Variables): SurveyedService {
  const image = plain(tree, 'image');
  const build = buildOf(entryOf(tree, 'build')?.value);
  const command = wordsOf(plain(tree, 'command'));
  const grace = plain(tree, 'stop_grace_period');
  return {
    name,
    image: typeof image === 'string' ? image : undefined,
    build,
    ports: listOf(plain(tree, 'ports')).flatMap(portOf),
    expose: listOf(plain(tree, 'expose')).flatMap((one) => portNumber(String(one).split(/[-/]/)[0])),
    healthcheck: healthcheckOf(plain(tree, 'healthcheck')),
    stopGraceMs: typeof grace === 'string' ? parseMilliseconds(grace) : undefined,
    labels: { ...pairsOf(plain(tree, 'labels'), {}), ...pairsOf(deployLabels(tree), {}) },
    told: [
      ...Object.values(pairsOf(plain(tree, 'environment'), variables)),
      ...[command, wordsOf(plain(tree, 'entrypoint'))].filter((one) => one !== undefined),
      ...Object.values(build?.args ?? {}),
    ],
    ...mountsOf(entryOf(tree, 'volumes')?.value),
    command,
    dependsOn: dependsOn(plain(tree, 'depends_on')),
    profiles: listOf(plain(tree, 'profiles')).map(String),
  };
}

function plain(tree: Tree, key: string): unknown {
  const value = entryOf(tree, key)?.value;
  return value && plainOf(value);
}

function deployLabels(tree: Tree): unknown {
  const deploy = entryOf(tree, 'deploy')?.value;
  return deploy && plain(deploy, 'labels');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `A=1` or `{ A: 1 }`; a name alone takes its value from the variables. */
function pairsOf(value: unknown, variables: Variables): Record<string, string> {
  const written = isMap(value)
    ? Object.entries(value).map(([key, one]) => [key, one === null ? undefined : textOf(one)] as const)
    : listOf(value).map((one) => {
        const [, key = '', text] = /^([^=]*)(?:=(.*))?$/s.exec(textOf(one)) ?? [];
        return [key, text] as const;
      });
  return Object.fromEntries(written.map(([key, text]) => [key, text ?? variables[key] ?? '']));
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

function wordsOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return listOf(value).map(textOf).join(' ');
}

function healthcheckOf(value: unknown): string | undefined {
  if (!isMap(value)) return undefined;
  const words = wordsOf(value['test']);
  return value['disable'] === true || words === 'NONE' ? '' : words;
}

function buildOf(tree: Tree | undefined): BuildOf | undefined {
  const context = tree?.kind === 'map' ? entryOf(tree, 'context')?.value : tree;
  const folder = context?.kind === 'scalar' ? namedPath(context) : undefined;
  if (!tree || folder === undefined) return undefined;
  const [dockerfile, target] = [plain(tree, 'dockerfile'), plain(tree, 'target')];
  const file = typeof dockerfile === 'string' ? dockerfile.replace(/^\.\//, '') : 'Dockerfile';
  return {
    context: folder,
    dockerfile: folder === '' ? file : `${folder}/${file}`,
    target: typeof target === 'string' ? target : undefined,
    args: pairsOf(plain(tree, 'args'), {}),
  };
}

function portNumber(text: string | undefined): readonly number[] {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? [port] : [];
}

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `3000`, `3000-3002:3000-3002` (its first), `{ target: 80, published: 8080 }`. */
function portOf(written: unknown): readonly PublishedPort[] {
  if (isMap(written)) {
    const [target] = portNumber(textOf(written['target']));
    const [published] = portNumber(textOf(written['published']).split('-')[0]);
    const protocol = written['protocol'] === 'udp' ? 'udp' : 'tcp';
    return target === undefined ? [] : [{ target, published, protocol }];
  }
  const [ports = '', protocol] = textOf(written).split('/');
  const parts = ports.replace(/^\[[^\]]*\]:/, '').split(':');
  const [target] = portNumber(parts.at(-1)?.split('-')[0]);
  const [published] = parts.length > 1 ? portNumber(parts.at(-2)?.split('-')[0]) : [];
  return target === undefined ? [] : [{ target, published, protocol: protocol === 'udp' ? 'udp' : 'tcp' }];
}

function mountsOf(tree: Tree | undefined): Pick<SurveyedService, 'files' | 'writable'> {
  const files: string[] = [];
  const writable: string[] = [];
  for (const item of tree?.kind === 'list' ? tree.items : []) {
    const { source, shown, readOnly, type } = mountOf(item);
    if (source === undefined || type === 'tmpfs') continue;
    const inside = checkoutSource(item)?.path;
    if (inside !== undefined && /\.[A-Za-z0-9]+$/.test(inside)) files.push(inside);
    // A folder of the checkout is an error of its own, whoever writes to it.
    if (!/^[.~]/.test(source) && !readOnly) writable.push(shown);
  }
  return { files, writable };
}

function mountOf(item: Tree): {
  readonly source: string | undefined;
  readonly shown: string;
  readonly readOnly: boolean;
  readonly type: string;
} {
  if (item.kind === 'map') {
    const [type, source] = [textOf(plain(item, 'type')), plain(item, 'source')];
    const shown = `${textOf(source)}:${textOf(plain(item, 'target'))}`;
    const readOnly = plain(item, 'read_only') === true;
    return { source: typeof source === 'string' ? source : undefined, shown, readOnly, type };
  }
  const text = item.kind === 'scalar' ? textOf(item.value) : '';
  const [source, target, modes = ''] = text.split(':');
  const readOnly = modes.split(',').includes('ro');
  return { source: target === undefined ? undefined : source, shown: text, readOnly, type: '' };
}

function dependsOn(value: unknown): SurveyedService['dependsOn'] {
  if (!isMap(value)) return listOf(value).map((one) => ({ service: textOf(one), completed: false }));
  return Object.entries(value).map(([service, one]) => ({
    service,
    completed: isMap(one) && one['condition'] === 'service_completed_successfully',
  }));
}
