/** Services of the compose file that tidegate.yaml does not name: databases, brokers. Never part of a release. */
import { names } from '../common/names.ts';
import type { ComposeFile } from './compose-file.ts';
import type { BackingService } from './model.ts';
import type { Report } from './report.ts';
import { serviceBase } from './service-base.ts';

/** Swarm refuses longer names of services. */
const longestName = 63;

/** `named`: those of tidegate.yaml, right or wrong. */
export function backingServices(
  compose: ComposeFile,
  options: { readonly named: readonly string[]; readonly stack: string; readonly report: Report },
): readonly BackingService[] {
  const { named, stack, report } = options;
  return compose.services
    .filter(({ name }) => !named.includes(name))
    .flatMap((service) => {
      checkName(service.name, compose, { stack, report });
      const { source } = service;
      return source ? [serviceBase({ ...service, source })] : [];
    });
}

function checkName(
  service: string,
  compose: ComposeFile,
  { stack, report }: { readonly stack: string; readonly report: Report },
): void {
  const at = compose.place(service);
  if (/-(?:blue|green)$/.test(service) || service.startsWith('tidegate-'))
    report.error(at, {
      code: 'config.reserved-name',
      message: `services: "${service}" is a name Tidegate uses itself.`,
      hint: 'Service names do not end in -blue or -green and do not start with tidegate-.',
    });
  const whole = names.backing(stack, service);
  if (!/^[a-z0-9]+(?:[_-]+[a-z0-9]+)*$/i.test(service))
    report.error(at, {
      code: 'compose.invalid-name',
      message: `Swarm refuses the name "${service}" of a service.`,
      hint: 'Use letters, digits, "-" and "_".',
    });
  else if (whole.length > longestName)
    report.error(at, {
      code: 'config.name-too-long',
      message: `The Swarm service ${whole} would have ${whole.length} characters; Swarm allows ${longestName}.`,
      hint: `Shorten the name of the service, project or environment by ${whole.length - longestName}.`,
    });
}
