/** What Unleash's SDKs load: all flags as one text, and what changed as a delta. Cached by the flags' identity. */
import type { FlagsDocument } from '../document.ts';
import type { ServedFlag } from '../evaluate.ts';
import { changeBetween } from '../serving/changes.ts';
import { translate } from './translate.ts';

/** JSON of a feature; `undefined`: it is refused. */
const features = new WeakMap<ServedFlag, { readonly text: string | undefined }>();
const wholes = new WeakMap<FlagsDocument, string>();

export function clientFeatures(document: FlagsDocument): string {
  const known = wholes.get(document);
  if (known !== undefined) return known;
  const text = `{"version":2,"features":[${allFeatures(document)}],"segments":[]}`;
  wholes.set(document, text);
  return text;
}

/** What a client of the stream begins with. */
export function hydration(document: FlagsDocument, eventId: number): string {
  return `{"events":[{"type":"hydration","eventId":${eventId},"features":[${allFeatures(document)}],"segments":[]}]}`;
}

/** `undefined`: nothing changed that Unleash's SDKs see. */
export function delta(before: FlagsDocument, after: FlagsDocument, eventId: number): string | undefined {
  const { changed, removed } = changeBetween(before, after);
  const events: string[] = [];
  const remove = (name: string): void => {
    const event = { type: 'feature-removed', eventId, featureName: name, project: 'default' };
    events.push(JSON.stringify(event));
  };
  for (const key of changed) {
    const [was, is] = [featureText(before, key), featureText(after, key)];
    if (is === was) continue;
    if (is === undefined) remove(key);
    else events.push(`{"type":"feature-updated","eventId":${eventId},"feature":${is}}`);
  }
  for (const key of removed) if (featureText(before, key) !== undefined) remove(key);
  return events.length === 0 ? undefined : `{"events":[${events.join()}]}`;
}

/** False: their language cannot say it, or nobody defines it. */
export function isGivenToClients(document: FlagsDocument, key: string): boolean {
  return featureText(document, key) !== undefined;
}

function allFeatures(document: FlagsDocument): string {
  return [...document.flags.keys()]
    .map((key) => featureText(document, key))
    .filter((text) => text !== undefined)
    .join();
}

function featureText({ flags, sources }: FlagsDocument, key: string): string | undefined {
  const [flag, source] = [flags.get(key), sources.get(key)];
  if (!flag || !source) return undefined;
  const known = features.get(flag);
  if (known) return known.text;
  const translated = translate(source, (needed) => sources.get(needed));
  const text = 'refused' in translated ? undefined : JSON.stringify(translated.as.feature);
  features.set(flag, { text });
  return text;
}
