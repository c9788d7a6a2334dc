import type { NamedCommit, Repository } from '../../git/repository.ts';
import { hasCode } from '../../common/errors.ts';
import type { Params, Results } from '../../protocol/methods.ts';
import type { RefEntry } from '../../protocol/project.ts';
import type { Agent } from '../agent.ts';
import { openCheckout } from '../place.ts';
import { hasUncommitted } from '../uncommitted.ts';

/** Of tags and of branches: more than that nobody reads through, they type the name. */
const most = 500;

export async function refs(agent: Agent, params: Params<'refs'>): Promise<Results['refs']> {
  const checkout = await openCheckout(agent, params.folder);
  const { repository } = checkout;
  const [{ tags, branches, total }, head, dirty] = await Promise.all([
    repository.named(most),
    headOf(repository),
    // A tree that cannot be looked at keeps nobody from deploying a tag.
    hasUncommitted(checkout).catch(() => null),
  ]);
  return {
    head,
    tags: tags.map(entryOf),
    branches: branches.map(entryOf),
    more: { tags: total.tags - tags.length, branches: total.branches - branches.length },
    dirty,
  };
}

async function headOf(repository: Repository): Promise<RefEntry | null> {
  try {
    const { oid, subject, time } = await repository.resolve('HEAD');
    return entryOf({ name: 'HEAD', oid, subject, time });
  } catch (error) {
    // A repository without commits has nothing to deploy, which is no failure of this list.
    if (hasCode(error, 'git.unknown-ref')) return null;
    throw error;
  }
}

function entryOf({ name, oid, subject, time }: NamedCommit): RefEntry {
  return { ref: name, commit: oid, subject, at: new Date(time).toISOString() };
}
