import type { FakePlatform } from './platform.js';
import type { Subscription } from './resources.js';

/** Will not renew, but is still valid: fact('event.subscription_canceled') */
export const cancelSubscription = (platform: FakePlatform, subscription: Subscription): void => {
  subscription.state = 'canceled';
  subscription.canceledAt = platform.clock.hubNow();
  subscription.expiresAt = subscription.periodEndsAt;
  platform.site.touch(subscription);
  platform.events.emit({ object: 'subscription', event: 'canceled', subscription });
};

/** Has ended: fact('event.subscription_expired') */
export const expireSubscription = (platform: FakePlatform, subscription: Subscription, reason: 'nonpayment' | 'canceled'): void => {
  subscription.state = 'expired';
  subscription.expiresAt = platform.clock.hubNow();
  subscription.expirationReason = reason;
  platform.site.touch(subscription);
  platform.events.emit({ object: 'subscription', event: 'expired', subscription });
};
