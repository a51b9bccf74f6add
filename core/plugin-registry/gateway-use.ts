import type { Connection, GatewayDefinition } from '../connector-kit/index.js';
import * as answers from './answer-shapes.js';
import type { GatewayUse, OpenedAs } from './call-types.js';
import { callerOf, read, write, type UseSettings } from './caller.js';
import { judgeOutcome } from './judge-outcome.js';
import type { Openable } from './sessions.js';
import { webhookUse } from './webhook-use.js';

/** A gateway account with every method of its gateway guarded. */
export const gatewayUse = (
  definition: GatewayDefinition<unknown, unknown>,
  plugin: Openable,
  account: Connection<unknown>,
  revision: string,
  settings: UseSettings,
): GatewayUse => {
  const openedAs: OpenedAs = { connectionMode: 'active', revision };
  const call = callerOf(plugin, account, openedAs, settings);
  const id = `${plugin.plugin}/${account.connectionId}`;
  const prepare = definition.prepare?.bind(definition);
  const revoke = definition.revoke?.bind(definition);

  return {
    readToken: (text) => definition.readToken?.(text, account.config) ?? { recognised: false },
    accepts: (token) => definition.accepts(token, account.config),
    currencies: () => definition.currencies?.(account.config) ?? 'any',
    protection: () => definition.protection(account.config),
    ...(prepare === undefined
      ? {}
      : { prepare: (request, time) => call(write('prepare', answers.prepared), time, (context) => prepare(request, context)) }),
    charge: (request, time) =>
      call(write('charge', answers.chargeOutcome), time, (context) => definition.charge(request, context), { judge: judgeOutcome }),
    find: (request, time) => call(read('find', answers.findOutcome), time, (context) => definition.find(request, context)),
    ...(revoke === undefined
      ? {}
      : {
          revoke: (request, time) =>
            call(write('revoke', answers.revokeOutcome), time, (context) => revoke(request, context), { judge: judgeOutcome }),
        }),
    refund: (request, time) => call(write('refund', answers.refundOutcome), time, (context) => definition.refund(request, context)),
    ...(definition.webhook === undefined
      ? {}
      : { webhook: webhookUse(definition.webhook, account, id, settings.proven, (spec, time, body) => call(spec, time, body)) }),
    checkHealth: (time) => call(read('checkHealth', answers.healthReport), time, (context) => definition.checkHealth(context)),
  };
};
