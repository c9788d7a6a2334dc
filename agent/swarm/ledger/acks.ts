/**
 * What each edge says it runs (`ack.<task>`), and what control saw through it (`proof.<task>`). Pure codec of
 * the labels of `<stack>.acks`; written by control only.
 *
 *   ack.<task>   = <object> <version> <hash> <slot>=<healthy>/<sessions>/<closed>,…   (`-` for no slot)
 *   proof.<task> = <object> <version> <path>=<slot>/<release>/<digest>/<status>,…     (`-` for none)
 *
 * `<object> <version>`: id and version index of the routes object the edge has applied; versions compare only
 * within one object. `<hash>`: of the services configuration its workers run.
 */
import { parseSlotKey, type SlotKey } from '../../common/names.ts';
import { corruptLabel } from './failures.ts';

export interface SlotReport {
  /** Servers whose last check is `L7OK`. */
  readonly healthy: number;
  /** Requests and streams under way; reported for slots without traffic of their own. */
  readonly sessions: number;
  /** Streams the edge closed at the drain limit since the slot was cut. */
  readonly closed: number;
}

export interface Ack {
  readonly object: string;
  readonly version: number;
  readonly hash: string;
  readonly slots: Readonly<Record<SlotKey, SlotReport>>;
}

/** Who answered a probe. */
export interface Answer {
  readonly slot: SlotKey;
  readonly release: number;
  /** `sha256:…` of the image of the task that answered; empty when its address belongs to no task. */
  readonly digest: string;
  /** HTTP status. */
  readonly status: number;
}

export interface Proof {
  readonly object: string;
  readonly version: number;
  /**
   * Keyed by the way the probe took: a service's name for the way every user takes, a slot's key for the way
   * a preview takes.
   */
  readonly answers: Readonly<Record<string, Answer>>;
}

export interface EdgeReports {
  readonly acks: Readonly<Record<string, Ack>>;
  readonly proofs: Readonly<Record<string, Proof>>;
}

export function parseAcks(object: string, labels: Readonly<Record<string, string>>): EdgeReports {
  const acks: Record<string, Ack> = {};
  const proofs: Record<string, Proof> = {};
  for (const [label, text] of Object.entries(labels)) {
    const bad = (): Error => corruptLabel(object, label, text);
    const task = label.slice(label.indexOf('.') + 1);
    if (label.startsWith('ack.')) acks[task] = parseAck(text, bad);
    else if (label.startsWith('proof.')) proofs[task] = parseProof(text, bad);
    else if (!label.startsWith('tidegate.')) throw bad();
  }
  return { acks, proofs };
}

export function formatAck(ack: Ack): string {
  const slots = Object.entries(ack.slots).map(
    ([slot, r]) => `${slot}=${r.healthy}/${r.sessions}/${r.closed}`,
  );
  return `${ack.object} ${ack.version} ${ack.hash} ${slots.sort().join(',') || '-'}`;
}

export function formatProof(proof: Proof): string {
  const answers = Object.entries(proof.answers).map(
    ([path, a]) => `${path}=${a.slot}/${a.release}/${a.digest}/${a.status}`,
  );
  return `${proof.object} ${proof.version} ${answers.sort().join(',') || '-'}`;
}

type Bad = () => Error;

function parseAck(text: string, bad: Bad): Ack {
  const [object, version, hash, list, ...rest] = text.split(' ');
  if (!object || !hash || list === undefined || rest.length > 0) throw bad();
  const slots: Record<SlotKey, SlotReport> = {};
  for (const item of items(list)) {
    const [, slot, healthy, sessions, closed] = /^([^=]+)=(\d+)\/(\d+)\/(\d+)$/.exec(item) ?? [];
    if (slot === undefined || !parseSlotKey(slot)) throw bad();
    slots[slot as SlotKey] = { healthy: Number(healthy), sessions: Number(sessions), closed: Number(closed) };
  }
  return { object, version: integer(version, bad), hash, slots };
}

function parseProof(text: string, bad: Bad): Proof {
  const [object, version, list, ...rest] = text.split(' ');
  if (!object || list === undefined || rest.length > 0) throw bad();
  const answers: Record<string, Answer> = {};
  for (const item of items(list)) {
    const [, path, slot, release, digest, status] =
      /^([^=]+)=([^/]*)\/(\d+)\/((?:sha256:[0-9a-f]{64})?)\/(\d+)$/.exec(item) ?? [];
    if (path === undefined || slot === undefined || digest === undefined) throw bad();
    answers[path] = { slot: slot as SlotKey, release: Number(release), digest, status: Number(status) };
  }
  return { object, version: integer(version, bad), answers };
}

function items(list: string): readonly string[] {
  return list === '-' ? [] : list.split(',');
}

function integer(text: string | undefined, bad: Bad): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw bad();
  return Number(text);
}
