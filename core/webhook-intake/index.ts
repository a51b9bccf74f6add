/**
 * webhook-intake: from a platform's webhook to a signal on a case: prove, store, acknowledge, understand, signal.
 * Promises that nothing unproven is read, that nothing acknowledged is lost, and that a delivery told twice is heard once.
 * Must not know what a case does with a signal, nor what any platform's body looks like.
 */
export { createWebhookIntake, type IncomingWebhook, type Receipt, type WebhookIntake, type WebhookIntakeOptions } from './create-webhook-intake.js';
export { createDeliveryDesk, type DeliveryDesk, type DeliveryView, type WantedDeliveries } from './delivery-desk.js';
export { deliveryIndexes, type DeliveryDocument, type DeliveryState } from './delivery.model.js';
export type { FoundConnection, InboundConnection, InboundConnections } from './inbound-connections.js';
export { createStoredConnections } from './stored-connections.js';
