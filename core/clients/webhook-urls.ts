import type { Desk } from './desk.js';

/** Where a platform posts to a connection (specification 10.1). */
export const webhookUrlOf = (desk: Pick<Desk, 'settings'>, slug: string, urlKey: string): string =>
  `${desk.settings.publicUrl}/api/connectors/${slug}/webhook/${urlKey}`;
