/** The pipelines of docs/ci.md, as the lines of shell they run. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

export interface CiExample {
  /** Its heading. */
  readonly system: string;
  /** By job, in order. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
}

const file = path.resolve(import.meta.dirname, '../../docs/ci.md');

export async function ciExamples(): Promise<readonly CiExample[]> {
  const text = await readFile(file, 'utf8');
  const blocks = text.matchAll(/^## ([^\n]+)\n(?:(?!^## |^```)[^\n]*\n)*^```(yaml|groovy)\n([^]*?)^```$/gm);
  return [...blocks].map(([, system = '', language, source = '']) => ({
    system,
    jobs: language === 'groovy' ? groovyJobs(source) : yamlJobs(parse(source)),
  }));
}

/** `script:` of GitLab's jobs, `run:` of the steps of the others. */
function yamlJobs(document: unknown): Record<string, readonly string[]> {
  const top = entries(document);
  const jobs = top.find(([name]) => name === 'jobs')?.[1] ?? document;
  return Object.fromEntries(
    entries(jobs)
      .map(([name, job]) => [name, [...lines(job, 'script'), ...lines(job, 'run')]] as const)
      .filter(([, all]) => all.length > 0),
  );
}

function lines(node: unknown, key: string): readonly string[] {
  if (Array.isArray(node)) return node.flatMap((item) => lines(item, key));
  return entries(node).flatMap(([name, value]) => (name === key ? texts(value) : lines(value, key)));
}

function texts(value: unknown): readonly string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.map((text) => {
    assert.ok(typeof text === 'string', `a command is text: ${JSON.stringify(text)}`);
    return text;
  });
}

const entries = (node: unknown): readonly (readonly [string, unknown])[] =>
  typeof node === 'object' && node !== null ? Object.entries(node) : [];

function groovyJobs(source: string): Record<string, readonly string[]> {
  const count = (character: string): number => source.split(character).length;
  assert.equal(count('{'), count('}'), 'braces of the pipeline');
  const stages = source.split(/stage\('/).slice(1);
  return Object.fromEntries(
    stages.map((stage) => [
      stage.slice(0, stage.indexOf("'")),
      [...stage.matchAll(/^\s*sh '([^'\n]+)'$/gm)].map(([, command = '']) => command),
    ]),
  );
}
