import type { Desk } from './desk.js';

/** Where a platform posts to a connection; null where the hub registers the URLs itself. */
export const webhookUrlOf = (desk: Pick<Desk, 'registry' | 'settings'>, slug: string, urlKey: string): string | null =>
  desk.registry.connector(slug)?.capabilities.setsUpWebhooks === true ? null : `${desk.settings.publicUrl}/api/connectors/${slug}/webhook/${urlKey}`;
