/**
 * notifications: tells merchants what became of a case by signed webhooks, again and again until they answered or tries are used up.
 * Promises that an accepted event is sent at least once, always with the same id and bytes, and only to public addresses.
 * Must not know how a case ends or what a platform is: it is handed a frozen body and asks only where to send it.
 */
export { composeEvent } from './compose-event.js';
export type {
  BlockedFacts, CancelledFacts, CommonEventFacts, EventFacts, EventTrigger, FailedFacts, RecommendedAction, StrategyUsed, SuccessFacts,
} from './event-facts.js';
export { shouldSend, type EventSettings } from './should-send.js';
export { eventNames, headerNames, webhookIdPrefix, type EventName } from './wire-names.js';
export {
  createNotifications, deliveryTimeoutMs, type NotificationEntry, type Notifications, type NotificationsOptions, type NotificationView,
} from './create-notifications.js';
export type { BodyOpener, Recipients, WebhookTarget } from './deliver-notification.js';
export type { DeliveryTry, NotificationState } from './notification.model.js';
export type { TryFailure } from './post-once.js';
export type { ResolveAll } from './guarded-dispatcher.js';
