import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { configExists, configInvalid } from '../../config/failures.ts';
import { firstProject } from '../../config/init/first-project.ts';
import type { ReadFile } from '../../config/model.ts';
import type { Params } from '../../protocol/methods.ts';
import type { InitResult } from '../../protocol/init.ts';
import type { Agent } from '../agent.ts';
import { callerFiles } from '../caller-files.ts';
import { findCompose, isFile } from '../find-compose.ts';
import { createFile } from '../write-file.ts';
import { validateTree } from './validate.ts';

/** A first tidegate.yaml beside the compose file. Never replaces one. */
export async function init(agent: Agent, params: Params<'init'>): Promise<InitResult> {
  const repository = await agent.connections.repository(params.folder);
  const { root } = repository;
  const { folder, compose, notes } = await findCompose(root, params);
  const file = inside(root, path.join(folder, 'tidegate.yaml'));
  if (await isFile(path.join(root, file))) throw configExists(file);
  const onDisk: ReadFile = (name) => readFile(path.join(root, name), 'utf8').catch(() => undefined);
  const first = await firstProject({
    read: onDisk,
    caller: callerFiles(repository),
    variables: agent.env,
    compose: compose.map((one) => ({
      path: inside(root, one),
      written: path.relative(folder, one).split(path.sep).join('/'),
    })),
    notes,
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
    compose: compose.map((one) => inside(root, one)).join(' and '),
    written: params.write,
    text: params.write ? ((await onDisk(file)) ?? text) : text,
    decisions,
    problems: validated.problems,
    fixed: validated.fixed,
  };
}

async function create(absolute: string, file: string, text: string): Promise<void> {
  try {
    await createFile(absolute, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw configExists(file);
    throw error;
  }
}

function inside(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
