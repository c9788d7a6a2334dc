import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { configExists, configInvalid, nothingToStartFrom } from '../../config/failures.ts';
import { firstProject } from '../../config/init/first-project.ts';
import type { ReadFile } from '../../config/model.ts';
import type { Params } from '../../protocol/methods.ts';
import type { InitResult } from '../../protocol/init.ts';
import type { Agent } from '../agent.ts';
import { callerFiles } from '../caller-files.ts';
import { createFile } from '../write-file.ts';
import { validateTree } from './validate.ts';

/** As `docker compose` looks for them; then what stacks are often called. */
const usualNames = [
  ...['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'],
  ...['docker-stack.yaml', 'docker-stack.yml', 'stack.yaml', 'stack.yml'],
];

/** A first tidegate.yaml beside the compose file. Never replaces one. */
export async function init(agent: Agent, params: Params<'init'>): Promise<InitResult> {
  const repository = await agent.connections.repository(params.folder);
  const { root } = repository;
  const { folder, compose } = await findCompose(root, params);
  const file = inside(root, path.join(folder, 'tidegate.yaml'));
  if (await isFile(path.join(root, file))) throw configExists(file);
  const onDisk: ReadFile = (name) => readFile(path.join(root, name), 'utf8').catch(() => undefined);
  const first = await firstProject({
    read: onDisk,
    caller: callerFiles(repository),
    variables: agent.env,
    path: inside(root, compose),
    written: path.relative(folder, compose).split(path.sep).join('/'),
    folderName: path.basename(folder),
  });
  if (first.kind === 'unreadable') throw configInvalid(first.problems);
  const { text, decisions } = first;
  if (params.write) await create(path.join(root, file), file, text);
  const validated = await validateTree(agent, {
    repository,
    folder: inside(root, folder),
    environment: null,
    fix: params.write && params.fix,
    // Before it is written, it is read as if it were.
    read: params.write ? onDisk : (name) => (name === file ? Promise.resolve(text) : onDisk(name)),
  });
  return {
    file,
    compose: inside(root, compose),
    written: params.write,
    text: params.write ? ((await onDisk(file)) ?? text) : text,
    decisions,
    problems: validated.problems,
    fixed: validated.fixed,
  };
}

interface Found {
  /** For the new file; absolute. */
  readonly folder: string;
  readonly compose: string;
}

/** The one that is named; else the nearest upwards, not beyond the repository. */
async function findCompose(root: string, { folder, compose }: Params<'init'>): Promise<Found> {
  const start = path.resolve(folder);
  if (compose !== null) {
    const named = path.resolve(start, compose);
    if (isOutside(root, named) || !(await isFile(named))) throw nothingToStartFrom([compose], start);
    return { folder: isOutside(root, start) ? root : start, compose: named };
  }
  for (let at = start; !isOutside(root, at); at = path.dirname(at)) {
    for (const name of usualNames) {
      const candidate = path.join(at, name);
      if (await isFile(candidate)) return { folder: at, compose: candidate };
    }
    if (path.dirname(at) === at) break;
  }
  throw nothingToStartFrom(usualNames, start);
}

async function create(absolute: string, file: string, text: string): Promise<void> {
  try {
    await createFile(absolute, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw configExists(file);
    throw error;
  }
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

function isOutside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative.startsWith('..') || path.isAbsolute(relative);
}

function inside(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
