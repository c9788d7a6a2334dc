import { circleIn } from '../common/stages.ts';
import type { Field } from './compose-field.ts';
import { checkKeys } from './compose-keys.ts';
import { suggestion } from '../common/did-you-mean.ts';

const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'];

/** The services that `depends_on:` names, in its short or long form. */
export function readDependencies(field: Field | undefined, known: readonly string[]): readonly string[] {
  if (!field) return [];
  const named =
    field.tree.kind === 'list'
      ? field.items().flatMap((item) => {
          const name = item.text('Name a service.');
          return name === undefined ? [] : [[name, item] as const];
        })
      : field.entries();
  return named.flatMap(([name, at]) => {
    if (at.tree.kind === 'map') checkOptions(at);
    if (known.includes(name)) return [name];
    if (at.get('required')?.boolean() === false) return [];
    at.errorAtKey({
      code: 'compose.unknown-service',
      message: `there is no service "${name}".`,
      hint: suggestion(name, known),
    });
    return [];
  });
}

/** Services that wait for each other would never start. */
export function checkCircle(
  services: readonly {
    readonly name: string;
    readonly dependsOn: readonly string[];
    readonly field: Field;
  }[],
): void {
  const circle = circleIn(new Map(services.map(({ name, dependsOn }) => [name, dependsOn])));
  const first = services.find(({ name }) => name === circle?.[0]);
  first?.field.get('depends_on')?.errorAtKey({
    code: 'compose.invalid-value',
    message: `these services wait for each other: ${circle?.join(' -> ') ?? ''}.`,
    hint: 'Take one of them out of "depends_on:": a service that can wait for another one until it answers needs no order.',
  });
}

function checkOptions(field: Field): void {
  checkKeys(field, {
    known: ['condition', 'required'],
    refused: { restart: 'Remove it: Swarm restarts what fails, and nothing else with it.' },
  });
  const condition = field.get('condition');
  const text = condition?.text();
  if (text === undefined || conditions.includes(text)) return;
  condition?.error({
    code: 'compose.invalid-value',
    message: `${condition.shown} is not a condition.`,
    hint: `Write one of ${conditions.join(', ')}.`,
  });
}
