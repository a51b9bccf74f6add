import type { ChargeRequest, RepeatProtection } from '../../../core/connector-kit/index.js';
import { loadPlugins, type GatewayUse, type PluginRegistry } from '../../../core/plugin-registry/index.js';
import { startGatewayFake } from './fake/gateway-fake.js';
import type { FakeSettings } from './fake/settings.js';
import { controlOf, type FakeControl } from './fake-control.js';
import { HOST } from './gateway-api.js';
import plugins from './plugins.js';

/** The key of the fake's account. No outcome may ever hold it. */
export const API_KEY = 'uk_test_58c1d0e7a2';

/** The plugin behind the real registry, on a fake in this process. */
export interface OpenUnprotected {
  readonly fake: FakeControl;
  readonly use: GatewayUse;
  readonly registry: PluginRegistry;
  /** Closes the fake's port and leaves the plugin standing. */
  unplug(): Promise<void>;
  close(): Promise<void>;
}

/** @param declared - What the account is said to protect. @param kept - What the fake really does; by default the same. */
export const openUnprotected = async (
  declared: RepeatProtection['kind'],
  kept: Partial<FakeSettings> = { switch: declared },
  apiKey = API_KEY,
): Promise<OpenUnprotected> => {
  const fake = await startGatewayFake({ apiKey: API_KEY, settings: kept });
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: new Map([[HOST, new URL(fake.url)]]) });
  const parsed = registry.gateway('unprotected')?.parseConfig({ apiKey, protection: declared, absentIsFinalAfterMs: 60_000 });
  if (parsed?.ok !== true) throw new Error('The config of the unprotected gateway does not parse.');
  const account = { connectionId: 'account-1', clientId: 'client-1', mode: 'test' as const, config: parsed.config };
  let unplugged: Promise<void> | undefined;
  const unplug = (): Promise<void> => (unplugged ??= fake.close());
  return {
    fake: controlOf(fake.url),
    use: registry.useGateway('unprotected', account, { revision: '1' }),
    registry,
    unplug,
    close: async () => {
      await registry.close();
      await unplug();
    },
  };
};

/** A request to charge 49 euros; `n` is the number of the attempt. */
export const chargeRequest = (n = 1, over: Partial<ChargeRequest> = {}): ChargeRequest => ({
  once: { key: `case-${String(n)}`, firstTriedAt: new Date(), ourReference: `case-${String(n)}` },
  amount: { minor: 4900, currency: 'EUR' },
  token: { gatewayType: 'unprotected', gatewayAccountRef: 'unprotected', methodRef: 'um_card' },
  description: 'Recovery case',
  ...over,
});

/** Both ends of a call, so many milliseconds from now. */
export const within = (ms: number): { readonly deadline: Date; readonly sendBefore: Date } => ({
  deadline: new Date(Date.now() + ms),
  sendBefore: new Date(Date.now() + ms),
});
