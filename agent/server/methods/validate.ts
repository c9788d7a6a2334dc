import path from 'node:path';
import { configMissing, unknownEnvironment } from '../../config/failures.ts';
import type { Change } from '../../config/fix/change.ts';
import { applyChanges, fixOf } from '../../config/fix/fixes.ts';
import type { ReadFile } from '../../config/model.ts';
import { scalarsOf, type ScalarPlace } from '../../config/editing/cursor.ts';
import { endOf } from '../../config/editing/places.ts';
import { validateFiles, type FoundProblem, type Validated } from '../../config/validate.ts';
import type { Repository } from '../../git/repository.ts';
import type { Params } from '../../protocol/methods.ts';
import type { ConfigProblem, Position, ValidateResult } from '../../protocol/validate.ts';
import type { Agent } from '../agent.ts';
import { callerFiles } from '../caller-files.ts';
import { cannotFixTexts } from '../failures.ts';
import { configFolder } from '../place.ts';
import { readingTree } from '../working-tree.ts';
import { readSourceFlags } from '../source-flags.ts';
import { replaceFile } from '../write-file.ts';

/** One repair may uncover the next problem; more often than this they would go round in a circle. */
const mostRounds = 5;

/** The files of the working tree, committed or not. Asks no engine. */
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
    return validated;
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

type Tell = (found: FoundProblem) => Promise<ConfigProblem>;

/** Each file is read and looked through once, however many problems it has. */
function telling(read: ReadFile): Tell {
  const files = new Map<string, Promise<Told>>();
  const fileOf = (file: string): Promise<Told> => {
    const known = files.get(file) ?? read(file).then((text) => toldOf(file, text));
    files.set(file, known);
    return known;
  };
  return async ({ problem, environments }) => {
    const { change, ...rest } = problem;
    const { text, scalars } = await fileOf(problem.file);
    const end = text === undefined ? placeOf(problem) : endOf(text, problem, scalars);
    const changed = change && (await fileOf(change.file)).text;
    return {
      ...rest,
      end,
      environments,
      fix: change && changed !== undefined ? fixOf(changed, change) : null,
    };
  };
}

interface Told {
  readonly text: string | undefined;
  readonly scalars: readonly ScalarPlace[] | undefined;
}

function toldOf(file: string, text: string | undefined): Told {
  const isYaml = text !== undefined && /\.ya?ml$/.test(file);
  return { text, scalars: isYaml ? scalarsOf(text) : undefined };
}

function placeOf({ line, column }: Position): Position {
  return { line, column };
}
