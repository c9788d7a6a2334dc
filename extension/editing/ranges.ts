/** Places as the agent tells them (from 1) and as the editor takes them (from 0). */
import * as vscode from 'vscode';
import type { Range } from '../../agent/protocol/editing.ts';
import type { Position } from '../../agent/protocol/validate.ts';

export function positionOf({ line, column }: Position): vscode.Position {
  return new vscode.Position(line - 1, column - 1);
}

export function rangeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(positionOf(start), positionOf(end));
}

/** Of the agent's. */
export function placeOf({ line, character }: vscode.Position): Position {
  return { line: line + 1, column: character + 1 };
}
