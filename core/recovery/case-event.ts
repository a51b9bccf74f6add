import type { Ended } from '../cases/index.js';
import type { Money } from '../connector-kit/index.js';

/** What an event of a case says beyond the case itself. */
export type EventToCompose =
  | { readonly event: 'recovery.success'; /** What was taken by us; left out where it was paid otherwise. */ readonly amount?: Money; readonly ended: Ended; readonly gatewayRef: string | null; readonly attemptCount: number }
  | { readonly event: 'recovery.failed'; readonly ended: Ended; readonly attemptCount: number }
  | { readonly event: 'recovery.blocked'; readonly ended: Ended }
  | { readonly event: 'recovery.cancelled'; readonly ended: Ended };
