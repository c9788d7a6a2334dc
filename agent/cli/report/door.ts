import type { CertificateResult, MaintenanceResult } from '../../protocol/door.ts';
import { cleanText, type Style } from '../terminal.ts';

export function reportMaintenance(result: MaintenanceResult, style: Style): string[] {
  const now =
    result.maintenance === 'on'
      ? 'users get the maintenance page; probes and previews still pass'
      : 'users get the application';
  if (result.outcome !== 'partial')
    return [`${style.good(result.outcome)}: maintenance is ${result.maintenance}, ${now}.`];
  return [
    `${style.bad('partial')}: maintenance is ${result.maintenance} in the ledger, but not every edge has said so:`,
    ...result.missing.map((line) => `  ${cleanText(line)}`),
    'They follow by themselves when they can; "tidegate status" shows them. An older control needs "tidegate setup" first.',
  ];
}

export function reportCertificate(result: CertificateResult, style: Style): string[] {
  const what = `${result.name} (${cleanText(result.hosts.join(', '))}) until ${result.validUntil.slice(0, 10)}`;
  if (result.outcome === 'unchanged') return [`${style.good('unchanged')}: every edge has ${what}.`];
  if (result.outcome === 'done') return [`${style.good('done')}: every edge answers with ${what}.`];
  return [
    `${style.bad('partial')}: ${what} is in the ledger, but not every edge has said that it has it:`,
    ...result.missing.map((line) => `  ${cleanText(line)}`),
    'They go on with the former one, and follow by themselves when they can; "tidegate status" shows them.',
  ];
}
