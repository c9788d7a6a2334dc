/** Kernel settings of a container: `ulimits:`, `sysctls:`, `extra_hosts:`, `dns*:`. */
import type { Field } from './compose-field.ts';
import { checkKeys } from './compose-keys.ts';
import { readPairs } from './compose-pairs.ts';

const endless = -1;

/** Docker's Ulimits, by name. */
export function readUlimits(field: Field | undefined): readonly Record<string, unknown>[] | undefined {
  return field
    ?.entries()
    .flatMap(([name, value]) => readUlimit(name, value))
    .sort((a, b) => (String(a['Name']) < String(b['Name']) ? -1 : 1));
}

function readUlimit(name: string, field: Field): readonly Record<string, unknown>[] {
  if (field.tree.kind !== 'map') {
    const limit = readLimit(field);
    return limit === undefined ? [] : [{ Name: name, Soft: limit, Hard: limit }];
  }
  checkKeys(field, { known: ['soft', 'hard'], refused: {} });
  const [soft, hard] = [readPart(field, 'soft'), readPart(field, 'hard')];
  if (soft === undefined || hard === undefined) return [];
  if (hard !== endless && (soft === endless || soft > hard)) {
    field.error({
      code: 'compose.invalid-value',
      message: `the soft limit is above the hard one.`,
      hint: 'Write soft at most as large as hard.',
    });
    return [];
  }
  return [{ Name: name, Soft: soft, Hard: hard }];
}

function readPart(field: Field, key: string): number | undefined {
  const part = field.get(key);
  if (part) return readLimit(part);
  field.errorAtKey({
    code: 'compose.missing-key',
    message: `"${key}" is missing.`,
    hint: 'Write both: { soft: 1024, hard: 4096 }, or one number for both.',
  });
  return undefined;
}

function readLimit(field: Field): number | undefined {
  const written = field.scalar?.value;
  if (written === endless || written === String(endless)) return endless;
  return field.integer({ least: 0 });
}

/** Docker's Sysctls. */
export function readSysctls(field: Field | undefined): Record<string, string> | undefined {
  if (!field) return undefined;
  return Object.fromEntries(
    readPairs(field).flatMap(({ name, value, field: at }) => {
      if (value !== undefined) return [[name, value]];
      at.errorAtKey({ code: 'compose.invalid-value', message: 'has no value.', hint: 'Write name=value.' });
      return [];
    }),
  );
}

/** Docker's Hosts: `<address> <name>`, in the order of the file. */
export function readExtraHosts(field: Field | undefined): readonly string[] | undefined {
  if (!field) return undefined;
  if (field.tree.kind === 'map')
    return field.entries().flatMap(([name, value]) => {
      const items = value.tree.kind === 'list' ? value.items() : [value];
      return items.flatMap((item) => hostLine(item, name, item.text(hostHint)));
    });
  return field.items().flatMap((item) => {
    const text = item.text(hostHint);
    const end = text?.search(/[:=]/) ?? -1;
    return hostLine(item, text?.slice(0, Math.max(end, 0)), text?.slice(end + 1));
  });
}

const hostHint = 'Write "name:address", for example "db.example:10.0.0.7".';

function hostLine(field: Field, name: string | undefined, address: string | undefined): readonly string[] {
  if (name === undefined || address === undefined) return [];
  const bare = address.replace(/^\[(.*)\]$/, '$1');
  if (/^[^\s:]+$/.test(name) && /^[^\s]+$/.test(bare)) return [`${bare} ${name}`];
  field.error({
    code: 'compose.invalid-value',
    message: `${field.shown} is not a host.`,
    hint: hostHint,
  });
  return [];
}

/** Docker's DNSConfig out of `dns`, `dns_search` and `dns_opt`. */
export function readDns(service: Field): Record<string, unknown> | undefined {
  const config = {
    Nameservers: texts(service.get('dns')),
    Search: texts(service.get('dns_search')),
    Options: texts(service.get('dns_opt')),
  };
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** One text, or a list of them. */
function texts(field: Field | undefined): readonly string[] | undefined {
  if (field?.tree.kind === 'list') return field.texts();
  const text = field?.text();
  return text === undefined ? undefined : [text];
}
