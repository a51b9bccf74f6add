export type Resource =
  | 'account' | 'charges' | 'customers' | 'events' | 'invoices' | 'payment_intents' | 'payment_methods' | 'payment_records' | 'refunds' | 'subscriptions'
  | 'webhook_endpoints';
export type Access = 'read' | 'write';

/** A key of the account. `permissions` absent: a standard key that may do everything; present: a restricted key. */
export interface ApiKey {
  readonly key: string;
  readonly livemode: boolean;
  readonly permissions?: Readonly<Partial<Record<Resource, Access>>>;
}

export const mayUse = (key: ApiKey, resource: Resource, access: Access): boolean => {
  if (key.permissions === undefined) return true;
  const granted = key.permissions[resource];
  return granted === 'write' || (granted === 'read' && access === 'read');
};

/** Shows a key as Stripe's messages do: its prefix and last four characters. */
export const maskedKey = (key: string): string => `${/^(?:sk|rk)_(?:test|live)_/.exec(key)?.[0] ?? ''}${'*'.repeat(8)}${key.slice(-4)}`;
