/** Routes inside, between services: what does not go together with them. */
import { meshOwnPorts } from '../common/names.ts';
import type { TidegateFile } from './tidegate-file.ts';

/** Keys that say where users come from; nobody comes from there to a service that only others call. */
const publicKeys = ['hosts', 'paths', 'stripPrefix'] as const;

export function checkInternalRoutes(file: TidegateFile): void {
  for (const [service, { route }] of file.services) {
    if (route?.internal === undefined || route.internal === false) continue;
    const report = file.reports.services;
    if (route.internal === true)
      for (const key of publicKeys.filter((one) => route[one] !== undefined))
        report.error(file.place('services', service, 'route', key), {
          code: 'config.invalid-value',
          message: `services.${service}.route.${key}: an internal route has none: users do not come to it.`,
          hint: 'Remove it, or write "internal: also" where users come to the service as well.',
        });
    if (meshOwnPorts.includes(route.port))
      report.error(file.place('services', service, 'route', 'port'), {
        code: 'config.invalid-value',
        message: `services.${service}.route.port: ${route.port} is taken inside: Tidegate itself listens there (${meshOwnPorts.join(', ')}).`,
        hint: 'Let the service listen on another port.',
      });
  }
}
