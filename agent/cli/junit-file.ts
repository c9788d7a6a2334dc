/** The file of `--junit`: there from the beginning, so that a step that collects it never finds that of another run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../common/errors.ts';
import type { AgentEvent } from '../protocol/methods.ts';
import { usage } from './failures.ts';
import { JUnitReport } from './junit.ts';

export interface JUnitFile {
  add(event: AgentEvent): void;
  /** What went wrong with it in the end, in words; nothing as a rule. */
  close(): string | undefined;
}

/** Throws `usage.invalid` when it cannot be written: before anything has begun. */
export function openJUnitFile(file: string): JUnitFile {
  const report = new JUnitReport();
  const write = (): void => writeFileSync(file, report.text());
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    write();
  } catch (error) {
    throw usage(
      `The file of --junit cannot be written: ${messageOf(error)}.`,
      'Name a file in a folder that may be written to.',
    );
  }
  return {
    add: (event) => report.add(event),
    close: () => {
      try {
        write();
        return undefined;
      } catch (error) {
        return `the file of --junit could not be written: ${messageOf(error)}`;
      }
    },
  };
}
