/** A rule as it is put together by picking: what comes out is what the flags file has. */
import type { FileValue } from '../../agent/protocol/flag-editing.ts';
import { l10n } from './l10n.ts';

export type FileMap = Readonly<Record<string, FileValue>>;

export interface Operator {
  readonly label: string;
  readonly takes: 'nothing' | 'value' | 'values' | 'number' | 'version';
  /** As the file names it. */
  readonly test: string;
  readonly isNot: boolean;
}

const plain: readonly Omit<Operator, 'isNot'>[] = [
  { label: 'is', takes: 'value', test: 'is' },
  { label: 'is one of', takes: 'values', test: 'in' },
  { label: 'starts with', takes: 'values', test: 'startsWith' },
  { label: 'ends with', takes: 'values', test: 'endsWith' },
  { label: 'is more than', takes: 'number', test: 'moreThan' },
  { label: 'is at least', takes: 'number', test: 'atLeast' },
  { label: 'is less than', takes: 'number', test: 'lessThan' },
  { label: 'is at most', takes: 'number', test: 'atMost' },
  { label: 'is a version', takes: 'version', test: 'version' },
  { label: 'is there', takes: 'nothing', test: 'exists' },
];

/** The opposite of comparisons of numbers is another comparison. */
const opposites: readonly Operator[] = [
  { label: 'is not', takes: 'value', test: 'is', isNot: true },
  { label: 'is none of', takes: 'values', test: 'in', isNot: true },
  { label: 'is not there', takes: 'nothing', test: 'exists', isNot: true },
];

export const operators: readonly Operator[] = [
  ...plain.map((operator) => ({ ...operator, isNot: false })),
  ...opposites,
];

/** The condition, or what is wrong with the value. */
export function conditionOf(attribute: string, operator: Operator, typed: string): FileMap | string {
  const value = operandOf(operator, typed);
  if (typeof value === 'object' && 'wrong' in value) return value.wrong;
  const condition = { attribute, [operator.test]: value.as };
  return operator.isNot ? { not: condition } : condition;
}

type Operand = { readonly as: FileValue } | { readonly wrong: string };

function operandOf({ takes, test }: Operator, typed: string): Operand {
  const text = typed.trim();
  if (takes === 'nothing') return { as: true };
  if (text === '') return { wrong: l10n.t('Write a value') };
  switch (takes) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text)
        ? { as: Number(text) }
        : { wrong: l10n.t('{0} is no number', text) };
    case 'version':
      return /^(=|!=|>=?|<=?|\^|~)?\s*\d+\.\d+\.\d+\S*$/.test(text)
        ? { as: text }
        : { wrong: l10n.t('Write a version and how it compares: >=1.4.0') };
    case 'value':
      return { as: scalarOf(text) };
    case 'values': {
      const parts = text.split(',').map((part) => part.trim());
      if (parts.includes('')) return { wrong: l10n.t('There is nothing between two commas') };
      // Texts are compared by what they begin or end with, values also as numbers.
      const values = parts.map((part) => (test === 'in' ? scalarOf(part) : unquoted(part)));
      const [only] = values;
      return { as: test !== 'in' && values.length === 1 && only !== undefined ? only : values };
    }
  }
}

/** `30` is a number and `"30"` a text, as in the file. */
function scalarOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : unquoted(text);
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

/** All of them have to hold. */
export function allOf(conditions: readonly FileMap[]): FileMap {
  const [only] = conditions;
  return only !== undefined && conditions.length === 1 ? only : { all: conditions };
}

/** `quick=25%, classic=75%` as the file has it, or what is wrong with it. */
export function splitOf(typed: string, variants: readonly string[]): FileMap | string {
  const split: Record<string, string> = {};
  for (const part of typed.split(',')) {
    const [, variant, share] = /^\s*(\S+?)\s*=\s*(\d{1,3}(?:\.\d{1,2})?)\s*%?\s*$/.exec(part) ?? [];
    if (variant === undefined || share === undefined)
      return l10n.t(
        '"{0}" is no share: write {1}',
        part.trim(),
        variants.map((name) => `${name}=50%`).join(', '),
      );
    if (!variants.includes(variant))
      return l10n.t('{0} is no variant: there is {1}', variant, variants.join(', '));
    split[variant] = `${share}%`;
  }
  const sum = Object.values(split).reduce(
    (all, share) => all + Math.round(Number.parseFloat(share) * 100),
    0,
  );
  return sum === 10_000 ? { split } : l10n.t('All shares together are {0} %, not 100 %', sum / 100);
}
