import path from 'node:path';
import { configMissing, unknownEnvironment } from '../../config/failures.ts';
import type { Change } from '../../config/fix/change.ts';
import { applyChanges } from '../../config/fix/fixes.ts';
import { pinChange } from '../../config/fix/pin.ts';
import type { ReadFile } from '../../config/model.ts';
import { listEnvironments } from '../../config/project.ts';
import { validateFiles, type FoundProblem, type Validated } from '../../config/validate.ts';
import type { Repository } from '../../git/repository.ts';
import type { Params } from '../../protocol/methods.ts';
import type { ValidateResult } from '../../protocol/validate.ts';
import type { Agent } from '../agent.ts';
import { callerFiles } from '../caller-files.ts';
import { cannotFixTexts } from '../failures.ts';
import { digestNow } from '../pins.ts';
import { configFolder } from '../place.ts';
import { telling } from '../told-problems.ts';
import { readingTree } from '../working-tree.ts';
import { readSourceFlags } from '../source-flags.ts';
import { replaceFile } from '../write-file.ts';

/** One repair may uncover the next problem; more often than this they would go round in a circle. */
const mostRounds = 5;

/** The files of the working tree, committed or not. Engines are asked for nothing but digests of images. */
export async function validate(agent: Agent, params: Params<'validate'>): Promise<ValidateResult> {
  const repository = await agent.connections.repository(params.folder);
  const { root } = repository;
  const folder = await configFolder(root, params.folder);
  const { environment, fix, texts = {} } = params;
  if (fix && Object.keys(texts).length > 0) throw cannotFixTexts();
  const read = readingTree(root, folder, texts);
  return validateTree(agent, { repository, folder, environment, fix, read });
}

export interface TreeRequest {
  readonly repository: Repository;
  /** Of tidegate.yaml inside it. */
  readonly folder: string;
  readonly environment: string | null;
  readonly fix: boolean;
  readonly read: ReadFile;
}

export async function validateTree(agent: Agent, request: TreeRequest): Promise<ValidateResult> {
  const { repository, read } = request;
  const look = async (): Promise<Validated> => {
    const validated = await validateFiles({
      read,
      caller: callerFiles(repository),
      folder: request.folder,
      environment: request.environment ?? undefined,
      variables: agent.env,
      furtherProblems: async (loaded, environment) =>
        (await readSourceFlags(loaded, read, environment)).problems,
    });
    checkAsked(validated, request.environment);
    return { ...validated, problems: await pinning(agent, request, validated.problems) };
  };
  let validated = await look();
  const fixed: Change[] = [];
  for (let round = 0; request.fix && round < mostRounds; round++) {
    const applied = await repair(repository.root, read, changesOf(validated.problems, fixed));
    if (applied.length === 0) break;
    fixed.push(...applied);
    validated = await look();
  }
  return {
    outcome: validated.problems.some(({ problem }) => problem.severity === 'error') ? 'wrong' : 'right',
    folder: request.folder,
    environments: validated.environments,
    problems: await Promise.all(validated.problems.map(telling(read))),
    fixed: fixed.map(({ file, title }) => ({ file, title })),
  };
}

function checkAsked({ known, problems }: Validated, environment: string | null): void {
  const missing = problems.find(({ problem }) => problem.code === 'config.missing');
  if (missing) throw configMissing(missing.problem.file);
  if (environment !== null && known.length > 0 && !known.includes(environment))
    throw unknownEnvironment(environment, known);
}

/** Images with a moving tag can be pinned where somebody knows what they are now. */
async function pinning(
  agent: Agent,
  { read, folder }: TreeRequest,
  problems: readonly FoundProblem[],
): Promise<readonly FoundProblem[]> {
  if (!problems.some(({ problem }) => problem.pin)) return problems;
  const listed = await listEnvironments({ readCheckoutFile: read, variables: agent.env, folder });
  return Promise.all(
    problems.map(async (found) => {
      const { pin } = found.problem;
      const environment = listed.environments.find(({ name }) => found.environments.includes(name));
      const digest = pin && environment && (await digestNow(agent, environment, pin.ref));
      return pin && digest !== undefined
        ? { ...found, problem: { ...found.problem, change: pinChange(pin, digest) } }
        : found;
    }),
  );
}

/** Each once, also where several environments have the problem. */
function changesOf(problems: readonly FoundProblem[], done: readonly Change[]): readonly Change[] {
  const known = new Set(done.map((change) => JSON.stringify(change)));
  const changes = new Map<string, Change>();
  for (const { change } of problems.map(({ problem }) => problem))
    if (change && !known.has(JSON.stringify(change))) changes.set(JSON.stringify(change), change);
  return [...changes.values()];
}

async function repair(root: string, read: ReadFile, changes: readonly Change[]): Promise<readonly Change[]> {
  const applied: Change[] = [];
  for (const file of new Set(changes.map((change) => change.file))) {
    const text = await read(file);
    if (text === undefined) continue;
    const repaired = applyChanges(
      text,
      changes.filter((change) => change.file === file),
    );
    if (repaired.text !== text) await replaceFile(path.join(root, file), repaired.text);
    applied.push(...repaired.applied);
  }
  return applied;
}
