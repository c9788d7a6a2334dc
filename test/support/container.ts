/** A look into the container of a slot, on the engine of the tests. */
import type Docker from 'dockerode';
import { slotServiceName, type Colour } from '../../agent/common/names.ts';
import type { Shop } from './shop.ts';

/** What a command says in the running container of a service's slot. */
export async function runInSlot(
  { swarm, stack, test }: Pick<Shop, 'swarm' | 'stack' | 'test'>,
  service: string,
  colour: Colour,
  command: readonly string[],
): Promise<string> {
  const tasks = await swarm.tasks.list({ service: slotServiceName(stack, service, colour) });
  const id = tasks.find(({ state, desired }) => state === 'running' && desired === 'running')?.containerId;
  if (id === undefined) throw new Error(`${service}-${colour} has no running container`);
  return output(test.docker.getContainer(id), command);
}

async function output(container: Docker.Container, command: readonly string[]): Promise<string> {
  const run = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await run.start({ Tty: true });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const { ExitCode: code } = await run.inspect();
  const text = Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n');
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}: ${text}`);
  return text;
}
