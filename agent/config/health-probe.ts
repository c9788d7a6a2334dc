/** A health check for a service that has none: a command that its image can run. */

export interface Probe {
  /** As compose has it. */
  readonly test: readonly string[];
  /** What it asks with, where nobody can tell what the image has. */
  readonly with?: string;
}

/** `base`: the image it runs in, or is built on. `undefined`: nothing there could ask. */
export function probeFor(
  base: string | undefined,
  at: { readonly port: number; readonly path: string },
): Probe | undefined {
  // There is no shell, nor anything else to ask with.
  if (base !== undefined && /^scratch$|\/distroless\//.test(base)) return undefined;
  const url = `http://127.0.0.1:${at.port}${at.path}`;
  const program = base === undefined ? undefined : programs.find(({ images }) => images.test(nameOf(base)));
  if (program) return { test: program.test(url) };
  if (base !== undefined && /alpine|busybox/.test(base)) return { test: wget(url) };
  return {
    test: [
      'CMD-SHELL',
      // With neither it says nothing against the task, as without a health check.
      `if command -v wget >/dev/null; then wget -q -O /dev/null ${url}; elif command -v curl >/dev/null; then curl -fsS -o /dev/null ${url}; fi`,
    ],
    with: 'wget or curl, whichever the image has',
  };
}

const wget = (url: string): readonly string[] => ['CMD', 'wget', '-q', '-O', '/dev/null', url];

/** Images without wget and curl in their slim variants, but with a language. */
const programs: readonly { readonly images: RegExp; readonly test: (url: string) => readonly string[] }[] = [
  {
    images: /^node$/,
    test: (url) => [
      'CMD',
      'node',
      '-e',
      `fetch('${url}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
    ],
  },
  {
    images: /^python$/,
    test: (url) => [
      'CMD',
      'python',
      '-c',
      `import urllib.request; urllib.request.urlopen('${url}', timeout=2)`,
    ],
  },
  {
    images: /^(?:php|wordpress)$/,
    test: (url) => ['CMD', 'php', '-r', `exit(@file_get_contents('${url}') === false ? 1 : 0);`],
  },
  {
    images: /^ruby$/,
    test: (url) => [
      'CMD',
      'ruby',
      '-rnet/http',
      '-e',
      `exit(Net::HTTP.get_response(URI('${url}')).code.to_i < 400)`,
    ],
  },
];

/** `node` of `registry.example/library/node:22@sha256:…`. */
export function nameOf(image: string): string {
  const bare = image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  return bare.split('/').at(-1) ?? bare;
}
