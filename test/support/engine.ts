/** The engine of the tests and its base images: as `npm test` prepared them, or found and made when mocha runs alone. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type Docker from 'dockerode';
import { openEngine, type OpenEngine } from '../../agent/swarm/engine.ts';
import { locateEngine } from '../../agent/swarm/reach/location.ts';
import { thisMachine } from '../../scripts/engine/find.ts';
import { findReady } from '../../scripts/engine/ready-engine.ts';
import { ensureBaseImages, type BaseImages } from '../../scripts/images/base-images.ts';

export interface TestEngine {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** One connection for the whole test process; nobody closes it. */
  readonly engine: OpenEngine;
  readonly docker: Docker;
  readonly images: BaseImages;
  /** A connection of the test's own, which it closes. */
  readonly connect: () => OpenEngine;
}

const root = path.resolve(import.meta.dirname, '../..');
let opened: Promise<TestEngine> | undefined;

/** The same for the whole test process. */
export function testEngine(): Promise<TestEngine> {
  opened ??= open();
  return opened;
}

const run = process.env['TIDEGATE_TEST_RUN'] ?? randomBytes(2).toString('hex');

/**
 * A stack's name that nothing else has: `tgedge-1f3ab2c4`. `npm test` clears away, and complains about, what is left
 * of stacks named like this. `about`: a few letters.
 */
export function testStackName(about: string): string {
  return `tg${about}-${run}${randomBytes(2).toString('hex')}`;
}

async function open(): Promise<TestEngine> {
  const host = process.env['DOCKER_HOST'] ?? (await foundHost());
  const location = await locateEngine({ ...thisMachine, env: { ...process.env, DOCKER_HOST: host } });
  const engine = openEngine(location);
  return {
    host,
    engine,
    docker: engine.docker,
    images: await baseImages(engine.docker),
    connect: () => openEngine(location),
  };
}

async function foundHost(): Promise<string> {
  const found = await findReady({ root, around: thisMachine });
  if (!found) throw new Error('No Docker Engine answers. `npm test` starts one; or set DOCKER_HOST.');
  found.close();
  return found.host;
}

async function baseImages(docker: Docker): Promise<BaseImages> {
  const {
    TIDEGATE_EDGE_IMAGE: edge,
    TIDEGATE_CONTROL_IMAGE: control,
    TIDEGATE_NODE_IMAGE: node,
  } = process.env;
  return edge && control && node ? { edge, control, node } : ensureBaseImages(docker, console.log);
}
