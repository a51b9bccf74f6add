import { z } from 'zod';
import { retryAdvices } from './retry-advice.js';

const name = z.string().min(1).max(80);
const source = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const isoDate = z.iso.date();
const count = z.int().min(0);

export const categorySchema = z.enum(['hard', 'soft', 'fraud', 'authentication', 'technical', 'unknown']);

/** What kind of problem a decline is. */
export type DeclineCategory = z.infer<typeof categorySchema>;

/** One row of `decline-codes.json`. */
export const declineRowSchema = z
  .strictObject({
    system: name,
    code: name,
    canonical: name,
    category: categorySchema,
    retry: z.enum(retryAdvices),
    native: z.enum(['hard', 'soft', 'risk']).exactOptional(),
    network_category: z.literal([1, 2, 3, 4]).exactOptional(),
    wait_hours: z.int().min(1).exactOptional(),
    note: z.string().exactOptional(),
    source: z.string().min(1),
  })
  .refine((row) => (row.retry === 'wait') === (row.wait_hours !== undefined), {
    path: ['wait_hours'],
    message: 'wait_hours on rows whose retry is wait, and on no other',
  });

/** One row of `canonical-codes.json`. */
export const reasonRowSchema = z.strictObject({
  canonical: name,
  category: categorySchema,
  retry: z.enum(retryAdvices).exclude(['advice_only', 'wait']),
  meaning: z.string().min(1),
});

/** One row of `limits` in `network-rules.json`. */
export const networkLimitRowSchema = z
  .strictObject({
    network: name,
    id: name,
    region: name.exactOptional(),
    gateway: name.exactOptional(),
    scope: z.array(z.enum(['card', 'merchant', 'amount'])).min(1).exactOptional(),
    when: z.string().min(1).exactOptional(),
    max_reattempts: count.exactOptional(),
    max_attempts: count.exactOptional(),
    window: z.union([z.iso.duration(), z.literal('accounting month'), z.null()]).exactOptional(),
    rolling: z.boolean().exactOptional(),
    count: z.string().exactOptional(),
    effective_from: isoDate.exactOptional(),
    effective_to: isoDate.exactOptional(),
    fee_usd: z.record(z.string(), z.number()).exactOptional(),
    fee_eur: z.record(z.string(), z.number()).exactOptional(),
    note: z.string().exactOptional(),
    source,
  })
  .refine((row) => (row.max_reattempts === undefined) !== (row.max_attempts === undefined), {
    path: ['max_attempts'],
    message: 'exactly one of max_reattempts and max_attempts',
  })
  .refine((row) => row.effective_from === undefined || row.effective_to === undefined || row.effective_from <= row.effective_to, {
    path: ['effective_to'],
    message: 'a date not before effective_from',
  });

/** One row of `visa_category_history` in `network-rules.json`; kept as written, for people. */
export const categoryHistoryRowSchema = z.strictObject({ date: z.string().min(1), change: z.string().min(1), source });

/** One row of `systems` in `systems.json`. */
export const systemRowSchema = z.discriminatedUnion('kind', [
  z.strictObject({ system: name, kind: z.literal('gateway') }),
  z.strictObject({ system: name, kind: z.literal('gateway_block'), gateway: name }),
  z.strictObject({ system: name, kind: z.literal('network'), brands: z.array(name).min(1) }),
  z.strictObject({ system: name, kind: z.literal('any_network'), except: z.string().regex(/^\d+-\d+$/) }),
  z.strictObject({
    system: name,
    kind: z.literal('advice'),
    only_permits: z.array(name).exactOptional(),
    not_before_hours: z.record(z.string(), z.int().min(1)).exactOptional(),
    decides_for: z.array(z.strictObject({ system: name, code: name, advice: z.array(name).min(1) })).exactOptional(),
  }),
  z.strictObject({ system: name, kind: z.literal('reason_names') }),
]);

/** One decline code of one table, as the file has it. */
export type DeclineRow = z.infer<typeof declineRowSchema>;
/** One of our reasons with its category and default plan. */
export type ReasonRow = z.infer<typeof reasonRowSchema>;
/**
 * One ceiling of a card network, as the file has it. `max_reattempts` counts tries after the first, `max_attempts` all; `window` is an ISO 8601
 * duration or an accounting month (rolling 31 days); both dates are days on which the row holds; a row without dates always holds.
 */
export type NetworkLimitRow = z.infer<typeof networkLimitRowSchema>;
/** How one table is read. */
export type SystemRow = z.infer<typeof systemRowSchema>;
