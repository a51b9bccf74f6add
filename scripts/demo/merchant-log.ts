import { z } from 'zod';

/** One request of the hub to the merchant's webhook URL. */
export const deliveryShape = z.object({
  /** `webhook-id`: the same on every try. */
  id: z.string(),
  at: z.string(),
  event: z.string(),
  transactionId: z.string().nullable(),
  invoiceId: z.string().nullable(),
  /** Both signatures were right. */
  verified: z.boolean(),
  /** The body is byte for byte that of the first try with this id. */
  sameBytes: z.boolean(),
  /** Answered 503 on purpose. */
  refused: z.boolean(),
  body: z.unknown(),
});
export type Delivery = z.output<typeof deliveryShape>;

/** What the merchant has received so far, oldest first. */
export const readMerchantLog = async (merchantUrl: string): Promise<readonly Delivery[]> => {
  const response = await fetch(`${merchantUrl}/log`, { signal: AbortSignal.timeout(5000) });
  return z.array(deliveryShape).parse(await response.json());
};
