/** Flags to and from other programs' files. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { failure, messageOf } from '../../common/errors.ts';
import { exportFlags } from '../../flags/exchange/export.ts';
import { addFlags, carryOver } from '../../flags/exchange/import.ts';
import type { Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { readEnvironmentFlags } from '../environment-flags.ts';
import { openCheckout, openPlace } from '../place.ts';
import { findTreeFlags } from '../tree-flags.ts';
import { createFile, replaceFile } from '../write-file.ts';

/** What holds in the environment, with what is switched. Reads only. */
export async function exportEnvironmentFlags(
  agent: Agent,
  params: Params<'flags.export'>,
): Promise<Results['flags.export']> {
  const { engine, environment } = await openPlace(agent, params.folder, params.environment);
  const { definitions, flags } = await readEnvironmentFlags(engine.ledger);
  const asked = { definitions, states: flags.states, environment: environment.name };
  const { text, lost } = exportFlags(params.format, asked);
  return {
    outcome: lost.length === 0 ? 'done' : 'partial',
    environment: environment.name,
    stack: environment.stack,
    format: params.format,
    text,
    lost,
  };
}

/** Into the flags file of the working tree; no environment is asked or changed. */
export async function importFlags(
  agent: Agent,
  params: Params<'flags.import'>,
): Promise<Results['flags.import']> {
  const checkout = await openCheckout(agent, params.folder);
  const { file, absolute, text } = await findTreeFlags(agent, checkout, checkout.environments[0]?.name ?? '');
  const name = path.basename(params.file);
  const { format, flags, lost } = carryOver({
    ...{ name, format: params.format, from: params.from ?? undefined },
    text: await readGiven(params.file),
  });
  const empty = file.endsWith('.json') ? '{ "version": 1, "flags": {} }\n' : 'version: 1\nflags:\n';
  const added = addFlags({ file, text: text ?? empty, flags, replace: params.replace });
  const changes = flags.length > 0;
  if (changes && params.write) await (text === undefined ? createFile : replaceFile)(absolute, added.text);
  const keys = flags.map(({ key }) => key);
  const rest = keys.filter((key) => !added.replaced.includes(key));
  const verb = params.write ? '' : 'would be ';
  const told = [
    ...(rest.length > 0 ? [`${verb}added: ${rest.join(', ')}`] : []),
    ...(added.replaced.length > 0 ? [`${verb}replaced: ${added.replaced.join(', ')}`] : []),
  ];
  return {
    outcome: lost.length === 0 ? (changes ? 'done' : 'unchanged') : changes ? 'partial' : 'failed',
    file,
    format,
    written: changes && params.write,
    text: added.text,
    added: rest,
    replaced: added.replaced,
    lost,
    message: told.length === 0 ? `Nothing of ${name} is new to ${file}.` : `In ${file} ${told.join('; ')}.`,
  };
}

/** More than any of these programs keeps flags for. */
const longest = 20_000_000;

async function readGiven(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= longest) return text;
    throw new Error('it is too large');
  } catch (error) {
    throw failure('flags.unreadable', {
      message: `${file} cannot be read: ${messageOf(error)}.`,
      hint: 'Name a file that is there: an export of flagd, Unleash, LaunchDarkly or Tidegate.',
      data: { file },
    });
  }
}
