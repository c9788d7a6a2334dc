import tseslint from 'typescript-eslint';

/**
 * The rooms of the agent, from the bottom up, and the rooms that each may import besides `protocol` and `common`
 * (docs/architecture.md). Every other import between rooms is an error.
 */
const reaches = {
  protocol: [],
  common: [],
  swarm: [],
  config: ['swarm'],
  git: ['swarm'],
  edge: ['swarm'],
  build: ['swarm', 'config', 'git'],
  suites: ['swarm', 'config', 'git', 'build'],
  release: ['swarm', 'config', 'edge'],
  flags: ['swarm', 'config', 'git'],
  infra: ['swarm', 'config', 'edge', 'release'],
  cluster: ['swarm', 'edge', 'release', 'flags'],
  server: ['swarm', 'config', 'git', 'edge', 'build', 'suites', 'release', 'flags', 'infra'],
  cli: ['server'],
};

const shared = (room) =>
  room === 'protocol' ? [] : room === 'common' ? ['protocol'] : ['protocol', 'common'];

const arrows = Object.entries(reaches).map(([room, rooms]) => {
  const allowed = new Set([room, ...rooms, ...shared(room)]);
  const group = Object.keys(reaches)
    .filter((name) => !allowed.has(name))
    .map((name) => `**/${name}/**`);
  return {
    files: [`agent/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['vscode'], message: 'only extension/ talks to the editor' },
            { group, message: `agent/${room} must not import this room (docs/architecture.md, arrows)` },
          ],
        },
      ],
    },
  };
});

const notTheContract = {
  group: Object.keys(reaches)
    .filter((room) => room !== 'protocol')
    .map((room) => `**/agent/${room}/**`),
  message: 'of the agent, the extension knows the contract only (agent/protocol)',
};

/** Pages and the extension share what they say to each other, and nothing else. */
const notTheMessages = {
  regex: 'webview/(?!\\w+/messages\\.ts$)',
  message: 'of a page, the extension knows its messages only (webview/<page>/messages.ts)',
};

const toolkit = {
  group: ['@vscode/webview-ui-toolkit', '@microsoft/fast-*'],
  message: 'only webview/shared/ui knows the toolkit: it is to be replaced one day',
};

const notForPages = [
  { ...notTheContract, message: 'of the agent, a page knows the contract only (agent/protocol)' },
  { group: ['vscode', '**/extension/**', 'node:*'], message: 'a page runs in a browser' },
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      '.tidegate/',
      'examples/',
      'bench/results/',
      'bench/editor/in-page.js',
    ],
  },
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
      // Would load the whole file for a type.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  ...arrows,
  {
    files: ['extension/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [notTheContract, notTheMessages] }],
    },
  },
  {
    files: ['extension/model/**/*.ts', 'extension/agent/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            notTheContract,
            notTheMessages,
            { group: ['vscode'], message: 'what knows no editor is tested without one' },
          ],
        },
      ],
    },
  },
  {
    files: ['webview/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [...notForPages, toolkit] }] },
  },
  {
    files: ['webview/shared/ui/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: notForPages }] },
  },
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
