/** What is asked of an Unleash server, by its nouns: the Admin API of 5.9 and later. */
import type * as z from 'zod';
import { hasCode } from '../../../common/errors.ts';
import type { FlagServerName } from '../../../protocol/flag-server.ts';
import { noEnvironmentThere, notAnAnswer } from '../failures.ts';
import type { NewFlag } from '../flag-source.ts';
import type { AdminClient, AdminRequest } from './admin-client.ts';
import {
  exported,
  oneFlag,
  projectEnvironments,
  searchPage,
  segmentList,
  type FoundFlag,
  type Segments,
  type Strategy,
} from './shapes.ts';
import { rolloutStrategy, typeOf, type UnleashFlag } from './status.ts';

/** The server silently gives 50 to whoever asks for more than these. */
const pageSize = 100;

export class Admin {
  readonly #client: AdminClient;
  readonly #server: FlagServerName;

  constructor(client: AdminClient, server: FlagServerName) {
    this.#client = client;
    this.#server = server;
  }

  /** Throws where the project has no such environment: a search there would just find nothing. */
  async checkEnvironment(): Promise<void> {
    const { project, environment } = this.#server;
    const { environments } = await this.#get(
      `/environments/project/${encodeURIComponent(project)}`,
      projectEnvironments,
    );
    // Of a project that does not exist, all are there, and none is visible.
    const there = environments.filter(({ visible }) => visible !== false).map(({ name }) => name);
    if (!there.includes(environment)) throw noEnvironmentThere(this.#server, there);
  }

  async flags(): Promise<readonly FoundFlag[]> {
    const found = new Map<string, FoundFlag>();
    for (let offset = 0; ;) {
      const query = new URLSearchParams({
        project: `IS:${this.#server.project}`,
        ...{ sortBy: 'name', sortOrder: 'asc', limit: String(pageSize), offset: String(offset) },
      });
      const { features, total } = await this.#get(`/search/features?${query.toString()}`, searchPage);
      // What is created meanwhile moves others to the next page.
      for (const flag of features) found.set(flag.name, flag);
      offset += features.length;
      if (features.length === 0 || offset >= total) return [...found.values()];
    }
  }

  async strategies(): Promise<ReadonlyMap<string, readonly Strategy[]>> {
    const { project, environment } = this.#server;
    const answer = await this.#ask(
      {
        method: 'POST',
        path: '/features-batch/export',
        body: { project, environment },
        doing: 'list the flags',
      },
      exported,
    );
    const byFlag = new Map<string, Strategy[]>();
    for (const { featureName, ...strategy } of answer.featureStrategies)
      byFlag.set(featureName, [...(byFlag.get(featureName) ?? []), strategy]);
    return byFlag;
  }

  async segments(): Promise<Segments> {
    return (await this.#get('/segments', segmentList)).segments;
  }

  /** `undefined`: the project has no such flag. */
  async flag(key: string): Promise<UnleashFlag | undefined> {
    // In an address, these are folders.
    if (key === '.' || key === '..') return undefined;
    const path = this.#pathOf(key);
    const answer = await this.#get(path, oneFlag).catch((error: unknown) => {
      if (hasCode(error, 'flags.not-there')) return undefined;
      throw error;
    });
    if (answer === undefined) return undefined;
    const here = answer.environments.find(({ name }) => name === this.#server.environment);
    if (here === undefined)
      throw noEnvironmentThere(
        this.#server,
        answer.environments.map(({ name }) => name),
      );
    const { enabled, lastSeenAt, strategies } = here;
    return { ...answer, enabled, lastSeenAt, strategies };
  }

  async enable(key: string, on: boolean): Promise<void> {
    const path = `${this.#placeOf(key)}/${on ? 'on' : 'off'}`;
    await this.#client.request({ method: 'POST', path, doing: `switch ${key} ${on ? 'on' : 'off'}` });
  }

  async addShare(key: string, share: number): Promise<void> {
    const parameters = { groupId: key, rollout: String(share), stickiness: 'default' };
    await this.#client.request({
      method: 'POST',
      path: `${this.#placeOf(key)}/strategies`,
      body: { name: rolloutStrategy, constraints: [], segments: [], parameters },
      doing: `give ${key} a share of ${share} %`,
    });
  }

  async changeShare(key: string, { id }: Strategy, share: number): Promise<void> {
    await this.#client.request({
      method: 'PATCH',
      path: `${this.#placeOf(key)}/strategies/${encodeURIComponent(id)}`,
      body: [{ op: 'replace', path: '/parameters/rollout', value: String(share) }],
      doing: `give ${key} a share of ${share} %`,
    });
  }

  async create({ key, description, kind }: NewFlag): Promise<void> {
    await this.#client.request({
      method: 'POST',
      path: `/projects/${encodeURIComponent(this.#server.project)}/features`,
      body: { name: key, description, type: typeOf(kind) },
      doing: `create the flag ${key}`,
    });
  }

  #pathOf(key: string): string {
    return `/projects/${encodeURIComponent(this.#server.project)}/features/${encodeURIComponent(key)}`;
  }

  #placeOf(key: string): string {
    return `${this.#pathOf(key)}/environments/${encodeURIComponent(this.#server.environment)}`;
  }

  #get<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    return this.#ask({ method: 'GET', path, doing: 'read the flags' }, shape);
  }

  async #ask<T>(request: AdminRequest, shape: z.ZodType<T>): Promise<T> {
    const parsed = shape.safeParse(await this.#client.request(request));
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw notAnAnswer({ url: this.#server.url, doing: request.doing }, where === '' ? 'no object' : where);
  }
}
