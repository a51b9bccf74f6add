import { z } from 'zod';
import { currencyCode, UnknownCurrency } from '../../connector-kit/index.js';
import { testNumberIn } from './card-numbers.js';
import { asMembers, readFields, refuseBadText, type Expectations } from './read-fields.js';

const isCurrency = (text: string): boolean => {
  try {
    return currencyCode(text) === text;
  } catch (error) {
    if (error instanceof UnknownCurrency) return false;
    throw error;
  }
};

const schemaFor = (mode: 'test' | 'live') => z.object({
  paymentMethodToken: z.string().min(1).max(512),
  gateway: z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/).optional(),
  amount: mode === 'test' ? z.union([z.int().min(50).max(100_000_000), z.literal(44)]) : z.int().min(50).max(100_000_000),
  currency: z.string().toUpperCase().refine(isCurrency).default('USD'),
  originalDeclineCode: z.string().max(64).optional(),
  idempotencyKey: z.string().min(1).max(128).optional(),
  invoiceId: z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/).optional(),
  cardOrigin: z.string().regex(/^[A-Za-z]{2}$/).optional(),
  binPrefix: z.string().regex(/^\d{6,8}$/).optional(),
  customerEmail: z.email().max(254).optional(),
  fallbackPaymentMethodTokens: z.array(z.string().min(1).max(512)).max(5).optional(),
  paymentMethodType: z.enum(['card', 'apple_pay', 'google_pay', 'direct_debit', 'paypal']).default('card'),
  // on live clients it is ignored, whatever it is
  simulateOutcome: mode === 'test' ? z.enum(['success', 'failed', 'blocked']).optional() : z.unknown().transform(() => undefined),
});

/** A body of `execute`, read. */
export type ExecuteBody = z.output<ReturnType<typeof schemaFor>>;

const schemas = { test: schemaFor('test'), live: schemaFor('live') } as const;

const expectations: Expectations<ExecuteBody> = {
  paymentMethodToken: 'a string of 1 to 512 characters',
  gateway: 'the id of one of your gateways',
  amount: 'an integer between 50 and 100000000',
  currency: 'an ISO 4217 currency code',
  originalDeclineCode: 'a string of at most 64 characters',
  idempotencyKey: 'a string of 1 to 128 characters',
  invoiceId: '1 to 128 letters, digits or _ . : -',
  cardOrigin: 'a country code of 2 letters',
  binPrefix: 'a string of 6 to 8 digits',
  customerEmail: 'an e-mail address',
  fallbackPaymentMethodTokens: 'a list of at most 5 strings of 1 to 512 characters',
  paymentMethodType: 'one of card, apple_pay, google_pay, direct_debit, paypal',
  simulateOutcome: 'one of success, failed, blocked',
};

/**
 * Reads a body of `execute`.
 * @param takesTestNumber whether a test gateway of the client takes a test card number as a token; `gateway` is the one the body names
 * @throws ApiFault naming the first wrong member
 */
export const readExecuteBody = async (
  body: unknown, mode: 'test' | 'live', takesTestNumber: (number: string, gateway: string | undefined) => Promise<boolean>,
): Promise<ExecuteBody> => {
  const members = asMembers(body);
  const { paymentMethodToken: token, gateway, ...others } = members;
  const testNumber = mode === 'test' && typeof token === 'string' ? testNumberIn(token) : undefined;
  const taken = testNumber !== undefined && await takesTestNumber(testNumber, typeof gateway === 'string' ? gateway : undefined) ? testNumber : undefined;
  refuseBadText(taken === undefined ? members : { gateway, ...others });
  return readFields(schemas[mode] as z.ZodType<ExecuteBody>, expectations, taken === undefined ? members : { ...members, paymentMethodToken: taken });
};
