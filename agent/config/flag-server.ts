/** An environment whose flags another server holds. */
import * as z from 'zod';
import type { FlagServer } from './model.ts';
import type { Report } from './report.ts';
import type { TidegateFile } from './tidegate-file.ts';

/** Read where none is named; others of the caller's variables cannot be: a file of the checkout says which one is sent. */
const usualVariable = 'TIDEGATE_UNLEASH_TOKEN';
const variablePattern = /^TIDEGATE_[A-Z0-9_]+$/;

const addressHint = 'Its address, without "/api": https://unleash.example.';

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

const name = (description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._~-]*$/, { error: 'is not a name' })
    .describe(description);

const unleash = z
  .strictObject({
    url: z.string().refine(isAddress, { error: 'is not the address of a server' }).describe(addressHint),
    project: name('Name of the project there: default.').optional(),
    environment: name('Name of the environment there: production.'),
    tokenVariable: z
      .string()
      .regex(variablePattern, { error: 'is not a variable of Tidegate' })
      .optional()
      .describe(
        `Variable of whoever calls that holds the token; its name begins with TIDEGATE_ (default ${usualVariable}).`,
      ),
    ca: z
      .string()
      .min(1, { error: 'is empty' })
      .optional()
      .describe(
        'PEM file with the authority that signed its certificate, seen from this file, where no public one has: certs/ca.pem.',
      ),
  })
  .describe('An Unleash server: { url: https://unleash.example, environment: production }.');

export const flagServerSchema = z
  .strictObject({ unleash })
  .optional()
  .describe(
    'Who holds the flags of this environment, where that is not Tidegate: { unleash: { url: https://unleash.example, environment: production } }.',
  );
export type FlagServerInput = z.output<typeof flagServerSchema>;

export function flagServerOf(input: FlagServerInput): { readonly flagServer?: FlagServer } {
  if (!input) return {};
  const { url, project = 'default', environment, tokenVariable = usualVariable, ca } = input.unleash;
  const address = url.replace(/\/+$/, '');
  return { flagServer: { kind: 'unleash', url: address, project, environment, tokenVariable, ca } };
}

/** Warns of tokens that everybody on the way can read. */
export function checkFlagServers(file: TidegateFile, report: Report): void {
  for (const [environment, { flags }] of file.environments) {
    const { protocol, hostname } = new URL(flags?.unleash.url ?? 'https://none');
    if (protocol === 'https:' || isThisMachine(hostname)) continue;
    report.warning(file.place('environments', environment, 'flags', 'unleash', 'url'), {
      code: 'flags.unencrypted',
      message: `environments.${environment}: the token for ${hostname} travels unencrypted.`,
      hint: 'Use https:// where the server has it.',
    });
  }
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
