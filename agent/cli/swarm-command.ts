import type { Command } from './commands.ts';

export const swarmStart: Command = {
  name: 'swarm start',
  positionals: ['ENV'],
  flags: [],
  summary: 'Turn Swarm mode on for the engine of an environment; asks first.',
  details: 'The engine becomes a cluster of one node. Where it is on already, nothing changes.',
  confirm: ({ positionals }) =>
    `This turns Swarm mode on for the engine of ${positionals['ENV'] ?? ''}, as a cluster of one node.`,
  request: ({ folder, positionals }) => ({
    method: 'startSwarm',
    params: { folder, environment: positionals['ENV'] ?? '' },
  }),
};
