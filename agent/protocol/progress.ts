import type { AgentEvent, ProgressEvent } from './methods.ts';

/** False for what a method tells that runs until it is cancelled: those events are what was asked for. */
export function isProgress(event: AgentEvent): event is ProgressEvent {
  switch (event.kind) {
    case 'watch':
    case 'traffic':
    case 'local':
    case 'serving':
      return false;
    default:
      return true;
  }
}
