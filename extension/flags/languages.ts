/** Where flags are looked for: languages as the editor names them, and their files. */
export const codeLanguages = [
  ...['javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'vue', 'svelte', 'astro'],
  ...['python', 'go', 'java', 'kotlin', 'csharp', 'php', 'ruby', 'rust', 'swift', 'dart', 'elixir', 'scala'],
] as const;

const endings = [
  ...['js', 'cjs', 'mjs', 'jsx', 'ts', 'cts', 'mts', 'tsx', 'vue', 'svelte', 'astro'],
  ...['py', 'go', 'java', 'kt', 'kts', 'cs', 'php', 'rb', 'rs', 'swift', 'dart', 'ex', 'exs', 'scala'],
];

export const codeFiles = `**/*.{${endings.join(',')}}`;

/** On top of files.exclude: what is made, not written. */
export const notOurs = '**/{node_modules,.git,dist,build,out,target,vendor,.venv,__pycache__}/**';

/** Those whose statements can be put behind a flag. */
export const wrapLanguages = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'] as const;
