/** One step with a private engine, in whatever namespace this is started in; the last line it prints is JSON. */
import {
  findReady,
  ensureEngine,
  removeEngine,
  type ReadyEngine,
} from '../../../scripts/engine/ready-engine.ts';
import { thisMachine } from '../../../scripts/engine/find.ts';

const [step, root = ''] = process.argv.slice(2);
const said: string[] = [];
const options = {
  root,
  around: thisMachine,
  consent: () => Promise.resolve(),
  say: (line: string) => void said.push(line),
};

if (step === 'up') await report(await ensureEngine(options));
if (step === 'stop') await stop(await findReady(options));
if (step === 'remove') await removeEngine(options);
if (step !== 'up') console.log('{}');

async function report(engine: ReadyEngine): Promise<void> {
  const info = (await engine.docker.info()) as {
    readonly DockerRootDir: string;
    readonly Swarm: { readonly LocalNodeState: string; readonly Cluster: { readonly ID: string } };
  };
  engine.close();
  console.log(
    JSON.stringify({
      startedHere: engine.startedHere,
      swarm: info.Swarm.LocalNodeState,
      cluster: info.Swarm.Cluster.ID,
      data: info.DockerRootDir,
      said: said.join('\n'),
    }),
  );
}

async function stop(engine: ReadyEngine | undefined): Promise<void> {
  await engine?.stop();
  engine?.close();
}
