import { IANAZone } from 'luxon';
import { z } from 'zod';
import { integerBetween, oneOf, trueOrFalse } from './expectations.js';

/** Events a client is sent only if it asks for them (specification 11.5). */
export type OptionalEvent = 'recovery.scheduled' | 'recovery.retry_due' | 'recovery.cancelled' | 'settlement.failed';

const timezone = () => {
  const error = 'an IANA time zone such as Europe/Berlin';
  // Node also takes offsets such as +02:00, which know no daylight-saving time
  return z.string({ error }).refine((name) => /^[A-Za-z]/.test(name) && IANAZone.create(name).isValid, { error });
};

const listOf = <T>(item: z.ZodType<T>, least: number, most: number, error: string) => z.array(item, { error }).min(least, { error }).max(most, { error });

const webhookUrlError = 'a URL of at most 2048 characters';

/** The members without their defaults, as a change may name them. */
const members = {
  webhookUrl: z.string({ error: webhookUrlError }).max(2048, { error: webhookUrlError }).refine((text) => URL.canParse(text), { error: webhookUrlError }).nullable(),
  billingCycleDay: integerBetween(1, 31).nullable(),
  timezone: timezone(),
  dunningEnabled: trueOrFalse(),
  notificationChannels: listOf(oneOf(['WEBHOOK']), 0, 1, 'a list with "WEBHOOK", or empty'),
  webhookDurableRetry: trueOrFalse(),
  webhookEvents: listOf(oneOf(['recovery.scheduled', 'recovery.retry_due', 'recovery.cancelled', 'settlement.failed']), 0, 4, 'a list of events'),
  maxRetries: integerBetween(1, 8),
  horizonDays: integerBetween(1, 60),
  retrySchedule: z
    .strictObject({ daysBetween: listOf(integerBetween(1, 30), 1, 8, 'a list of 1 to 8 integers between 1 and 30') }, { error: 'an object with daysBetween' })
    .nullable(),
  autoRefundDuplicates: trueOrFalse(),
  paused: trueOrFalse(),
};

/** What a client may set (specification 3.4), with its defaults. */
export const clientSettings = z.strictObject({
  webhookUrl: members.webhookUrl.default(null),
  billingCycleDay: members.billingCycleDay.default(null),
  timezone: members.timezone.default('UTC'),
  dunningEnabled: members.dunningEnabled.default(true),
  notificationChannels: members.notificationChannels.default(['WEBHOOK']),
  webhookDurableRetry: members.webhookDurableRetry.default(true),
  webhookEvents: members.webhookEvents.default([]),
  maxRetries: members.maxRetries.default(5),
  horizonDays: members.horizonDays.default(35),
  retrySchedule: members.retrySchedule.default(null),
  autoRefundDuplicates: members.autoRefundDuplicates.default(true),
  paused: members.paused.default(false),
});

/**
 * A client's settings. `webhookUrl` is null only while WEBHOOK is no channel; `billingCycleDay` null means Friday; `retrySchedule` null means the
 * hub's own schedule, else its last step repeats; `paused` stops charges, not intake.
 */
export type ClientSettings = Readonly<z.output<typeof clientSettings>>;

/** The settings a person may name: each member optional. */
export type ClientSettingsInput = { readonly [K in keyof ClientSettings]?: ClientSettings[K] | undefined };

/** A change of settings: only the members named. */
export const clientSettingsChange = z.strictObject(members).partial();
