import type { WebhookTarget } from './webhook-sender.js';

/** The API side of an endpoint; what is sent where is the sender's. */
export interface EndpointRecord {
  readonly target: WebhookTarget;
  readonly created: number;
  readonly livemode: boolean;
  description: string | null;
  metadata: Record<string, string>;
}
