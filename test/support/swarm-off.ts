/** An engine that is in no Swarm, as the one behind a proxy would be: until somebody begins one. */
import type { CannedAnswer, EngineProxy } from './engine-proxy.ts';

const info = {
  ServerVersion: '20.10.24',
  OperatingSystem: 'Linux',
  Name: 'laptop',
  Swarm: { NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '' },
};

/** Docker's own words (daemon/cluster/cluster.go). */
const message =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

const needsSwarm = /^\w+ (?:\/v[\d.]+)?\/(?:services|configs|secrets|nodes|tasks|swarm)\b/;

export function turnSwarmOff(proxy: EngineProxy): void {
  proxy.answer((line): CannedAnswer | undefined => {
    if (/^POST \S*\/swarm\/init\b/.test(line)) {
      proxy.answer(undefined);
      return { status: 200, body: 'the-node' };
    }
    if (/^GET \S*\/info\b/.test(line)) return { status: 200, body: info };
    return needsSwarm.test(line) ? { status: 503, body: { message } } : undefined;
  });
}
