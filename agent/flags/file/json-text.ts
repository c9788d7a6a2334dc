/** A flags file may be JSON, which YAML's reader and editing core understand; others read it by JSON's rules. Pure. */
import { parseDocument, visit } from 'yaml';
import type { Problem } from '../../config/model.ts';
import { positionOf } from '../../config/fix/layout.ts';
import { applyEdits, type TextEdit } from '../../config/fix/text-edit.ts';

export function isJsonFile(file: string): boolean {
  return file.toLowerCase().endsWith('.json');
}

/** What was edited in YAML's way: words that it leaves bare are quoted. */
export function asJson(text: string): string {
  const edits: TextEdit[] = [];
  visit(parseDocument(text, { logLevel: 'silent' }), {
    Scalar: (_, { value, range, type }) => {
      const isBare = typeof value === 'string' && type !== 'QUOTE_DOUBLE';
      if (isBare && range) edits.push({ start: range[0], end: range[1], newText: JSON.stringify(value) });
    },
  });
  return applyEdits(text, edits);
}

/** Where it is no JSON, even if it is YAML. */
export function jsonProblem(file: string, text: string): Problem | undefined {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, offset] = /at position (\d+)/.exec(message) ?? [];
    const at = positionOf(text, offset === undefined ? text.length : Number(offset));
    const what = message.replace(/ (?:in JSON )?at position \d+.*$/, '').replace(/ JSON input$/, ' the file');
    return {
      severity: 'error',
      file,
      ...at,
      code: 'flags.invalid-json',
      message: `${file} is no JSON: ${what}.`,
      hint: 'Write it as JSON, or name the file .yaml, where words need no quotes and # begins a comment.',
    };
  }
}
