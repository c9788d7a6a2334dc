import { failure, type TidegateError } from '../../common/errors.ts';

export function corruptLabel(object: string, label: string, text: string): TidegateError {
  return failure('ledger.corrupt', {
    message: `The ledger object ${object} has a label that Tidegate did not write: ${label}=${JSON.stringify(text.slice(0, 80))}.`,
    hint: `Edges and control keep serving their last good state. Look at it with "docker config inspect ${object}", then put the label right or remove it.`,
    data: { object, label },
  });
}

export function corruptData(object: string, cause: unknown): TidegateError {
  return failure('ledger.corrupt', {
    message: `The ledger object ${object} cannot be read: its content is not what Tidegate writes.`,
    hint: `Edges keep serving their last good state. Look at it with "docker config inspect ${object}".`,
    data: { object },
    cause,
  });
}

export function notSetUp(stack: string): TidegateError {
  return failure('environment.not-set-up', {
    message: `The environment's stack ${stack} is not set up on this Swarm.`,
    hint: 'Run "tidegate setup ENV" once; it brings the edge and control, and changes nothing else.',
    data: { stack },
  });
}

export function contended(object: string): TidegateError {
  return failure('ledger.busy', {
    message: `The ledger object ${object} was changed by others each time Tidegate tried to write it.`,
    hint: 'Try again; if it keeps happening, look for a second control or a script that writes to it.',
    data: { object },
  });
}

export function tooManyFlags(object: string, switched: number): TidegateError {
  return failure('flags.too-many', {
    message: `The ledger object ${object} would become too large: ${switched} flags are switched, and it takes some thousands.`,
    hint: 'Switch off flags that no release defines any more ("tidegate flags list" marks them): their state is then forgotten. What is the same in every environment belongs into the flags file.',
    data: { object, switched },
  });
}
