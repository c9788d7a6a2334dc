import tseslint from 'typescript-eslint';

/**
 * The rooms of the agent, from the bottom up. A room may import the rooms below it and nothing above:
 * `forbid(room, [...])` lists what a room must not reach.
 */
const above = {
  protocol: [
    'common',
    'swarm',
    'config',
    'git',
    'build',
    'suites',
    'edge',
    'release',
    'flags',
    'infra',
    'cluster',
    'server',
    'cli',
  ],
  common: [
    'swarm',
    'config',
    'git',
    'build',
    'suites',
    'edge',
    'release',
    'flags',
    'infra',
    'cluster',
    'server',
    'cli',
  ],
  swarm: [
    'config',
    'git',
    'build',
    'suites',
    'edge',
    'release',
    'flags',
    'infra',
    'cluster',
    'server',
    'cli',
  ],
  config: ['git', 'build', 'suites', 'edge', 'release', 'flags', 'infra', 'cluster', 'server', 'cli'],
  git: ['config', 'build', 'suites', 'edge', 'release', 'flags', 'infra', 'cluster', 'server', 'cli'],
  edge: ['config', 'git', 'build', 'suites', 'release', 'flags', 'infra', 'cluster', 'server', 'cli'],
  build: ['suites', 'edge', 'release', 'flags', 'infra', 'cluster', 'server', 'cli'],
  suites: ['edge', 'release', 'flags', 'infra', 'cluster', 'server', 'cli'],
  release: ['build', 'suites', 'git', 'flags', 'infra', 'cluster', 'server', 'cli'],
  flags: ['edge', 'build', 'suites', 'release', 'infra', 'cluster', 'server', 'cli'],
  infra: ['build', 'suites', 'git', 'flags', 'cluster', 'server', 'cli'],
  cluster: ['config', 'git', 'build', 'suites', 'infra', 'server', 'cli'],
  server: ['cli', 'cluster'],
  cli: ['cluster', 'swarm', 'edge', 'release', 'infra', 'build', 'suites', 'git', 'config'],
};

const arrows = Object.entries(above).map(([room, rooms]) => ({
  files: [`agent/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: ['vscode'], message: 'only extension/ talks to the editor' },
          {
            group: rooms.map((name) => `**/${name}/**`),
            message: `agent/${room} must not import this room (docs/architecture.md, arrows)`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tidegate/', 'examples/', 'bench/results/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.mjs', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  ...arrows,
  {
    files: ['agent/release/machine.ts', 'agent/release/machine/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['*'],
              allowTypeImports: true,
              message: 'the state machine is pure: it imports types only',
            },
          ],
        },
      ],
    },
  },
  {
    // A describe block is a list of tests, not a function somebody has to hold in mind at once.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.object.name='assert'][callee.property.name='ok'][arguments.length=1]",
          // It reads the source to make one up, which stops a process that also carries the load for seconds.
          message: 'without a message, a failing assert.ok parses the whole test file to write one',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
  },
  { files: ['eslint.config.mjs'], rules: { 'no-restricted-exports': 'off' } },
);
