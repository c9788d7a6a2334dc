/** The commands about edges and what stands before the application, in one piece for `register.ts`. */
import { commands } from '../ids.ts';
import { setCertificate } from './certificates.ts';
import { forgetEdge, maintenanceOff, maintenanceOn, upgradeEdge } from './edges.ts';

export const edgeHandlers = {
  [commands.upgradeEdge]: upgradeEdge,
  [commands.forgetEdge]: forgetEdge,
  [commands.maintenanceOn]: maintenanceOn,
  [commands.maintenanceOff]: maintenanceOff,
  [commands.setCertificate]: setCertificate,
} as const;
