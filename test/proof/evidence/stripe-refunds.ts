import { z } from 'zod';

const page = z.object({
  has_more: z.boolean(),
  data: z.array(z.object({
    id: z.string(), amount: z.number(), charge: z.string().nullable(), created: z.number(), status: z.string().nullable(), metadata: z.record(z.string(), z.string()).nullable(),
  })),
});

/** A refund made at the Stripe fake. `created` is hub time, in seconds. */
export type StripeRefund = z.output<typeof page>['data'][number];

/** Every refund that was ever made there: its ledger names none, its API lists them all. */
export const readStripeRefunds = async (fake: { readonly url: string; readonly apiKey: string }): Promise<readonly StripeRefund[]> => {
  const found: StripeRefund[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last === undefined ? '' : `&starting_after=${last.id}`;
    const answer = await fetch(`${fake.url}/v1/refunds?limit=100${after}`, { headers: { authorization: `Bearer ${fake.apiKey}`, connection: 'close' } });
    if (!answer.ok) throw new Error(`The Stripe fake does not list its refunds: ${String(answer.status)} ${await answer.text()}`);
    const { data, has_more: more } = page.parse(await answer.json());
    found.push(...data);
    if (!more) return found;
  }
};
