/** What a deploy of HEAD leaves out. */
import path from 'node:path';
import { hasCode } from '../common/errors.ts';
import type { Repository } from '../git/repository.ts';
import type { Checkout } from './place.ts';

/** A tidegate.yaml that HEAD does not have is used as it stands in the checkout: nothing is lost of it. */
export async function hasUncommitted({
  repository,
  folder,
}: Pick<Checkout, 'repository' | 'folder'>): Promise<boolean> {
  const config = path.posix.join(folder, 'tidegate.yaml');
  return repository.isDirty((await isInHead(repository, config)) ? undefined : config);
}

async function isInHead(repository: Repository, file: string): Promise<boolean> {
  try {
    const { oid } = await repository.resolve('HEAD');
    return (await repository.objectId(oid, file)) !== undefined;
  } catch (error) {
    if (hasCode(error, 'git.unknown-ref')) return false;
    throw error;
  }
}
