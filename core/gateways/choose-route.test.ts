import { describe, expect, it } from '@jest/globals';
import { OWN_ACCOUNT, type ChargeableToken, type TokenList } from '../connector-kit/index.js';
import { chooseRoute } from './index.js';

const token = (gatewayAccountRef: string, methodRef = `pm_${gatewayAccountRef}`): ChargeableToken => ({ gatewayType: 'pay', gatewayAccountRef, methodRef });
const listed = (first: ChargeableToken, ...others: readonly ChargeableToken[]): TokenList => ({ found: true, tokens: [first, ...others] });
const none = (reason: 'no_payment_source' | 'unsupported_gateway' | 'mode_mismatch'): TokenList => ({ found: false, reason, detail: '' });

const gateway = (accepted: 'all' | 'none' = 'all', currencies: 'any' | readonly string[] = 'any') => ({ accepts: () => accepted === 'all', currencies: () => currencies });
const choose = (methods: TokenList | 'held_by_platform', collects: 'yes' | 'no', map: Readonly<Record<string, ReturnType<typeof gateway>>> = { gw_1: gateway() }) => {
  const choice = chooseRoute(methods, {
    gatewayMap: Object.fromEntries(Object.keys(map).map((ref) => [ref, `ours-${ref}`])), gateways: new Map(Object.entries(map).map(([ref, one]) => [`ours-${ref}`, one])), collects, currency: 'EUR',
  });
  switch (choice.route) {
    case 'gateway': return `gateway ${choice.accountId} ${choice.token.methodRef}`;
    case 'platform': return `platform ${choice.token?.methodRef ?? 'what it holds'}`;
    case 'none': return `none: ${choice.why}`;
  }
};

describe('the route of an attempt', () => {
  it.each([
    ['the first token at a mapped account', choose(listed(token('gw_2'), token('gw_1')), 'yes'), 'gateway ours-gw_1 pm_gw_1'],
    ['not a token its gateway refuses', choose(listed(token('gw_1'), token('gw_3')), 'no', { gw_1: gateway('none'), gw_3: gateway() }), 'gateway ours-gw_3 pm_gw_3'],
    ['not a currency its gateway does not take', choose(listed(token('gw_1')), 'no', { gw_1: gateway('all', ['USD']) }), 'none: unsupported_gateway'],
    ['the platform where it and the gateway are one account', choose(listed(token(OWN_ACCOUNT), token('gw_1')), 'yes'), `platform pm_${OWN_ACCOUNT}`],
    ['the platform where nothing is mapped', choose(listed(token('gw_2')), 'yes'), 'platform pm_gw_2'],
    ['the platform where it shows nothing', choose('held_by_platform', 'yes'), 'platform what it holds'],
    ['the platform where its gateway is none of ours', choose(none('unsupported_gateway'), 'yes'), 'platform what it holds'],
    ['none where nothing is mapped and nobody collects', choose(listed(token('gw_2')), 'no'), 'none: unsupported_gateway'],
    ['none where nothing is held', choose(none('no_payment_source'), 'yes'), 'none: no_payment_source'],
    ['none where nothing is shown and nobody collects', choose('held_by_platform', 'no'), 'none: no_payment_source'],
    ['none where the worlds differ', choose(none('mode_mismatch'), 'yes'), 'none: mode_mismatch'],
    ['none for a name every object has', choose(listed(token('constructor')), 'no'), 'none: unsupported_gateway'],
  ])('is %s', (_name, chosen, expected) => { expect(chosen).toBe(expected); });
});
