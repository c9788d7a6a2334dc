import type { Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { shownText } from '../rollback-plan/shown-text.ts';

/** A file of a commit by the id that a plan named. */
export async function blob(agent: Agent, params: Params<'blob'>): Promise<Results['blob']> {
  const repository = await agent.connections.repository(params.folder);
  for await (const data of repository.blobs([params.blob])) return shownText(data);
  throw new Error(`git gave nothing for the blob ${params.blob}`);
}
