import type { ChargeOutcome, Connection, ConnectorDefinition, WriteOnce } from '../connector-kit/index.js';
import * as answers from './answer-shapes.js';
import type { ConnectorUse, OpenedAs } from './call-types.js';
import { callerOf, read, write, type Caller, type UseSettings } from './caller.js';
import type { CallRules } from './guarded-call.js';
import { judgeCollection } from './judge-outcome.js';
import { writesUnder } from './plugin-io/index.js';
import type { Openable } from './sessions.js';
import { webhookUse } from './webhook-use.js';
import type { WriteMemory } from './write-memory.js';

type CollectOutcome = ChargeOutcome | { readonly status: 'already_paid' };

type Definition = ConnectorDefinition<unknown, unknown>;

const dunningUse = (dunning: Definition['dunning'], call: Caller): ConnectorUse['dunning'] => {
  if (dunning.mode === 'merchant_switches_off') return { mode: dunning.mode, how: dunning.how };
  if (dunning.mode === 'harmless') return { mode: dunning.mode, why: dunning.why };
  return {
    mode: dunning.mode,
    neededFor: dunning.neededFor,
    takeOver: (invoice, until, time) =>
      call(write('dunning.takeOver', answers.takeOver), time, (context) => dunning.takeOver(invoice, until, context)),
    handBack: (invoice, ending, time) =>
      call(write('dunning.handBack', answers.handedBack), time, (context) => dunning.handBack(invoice, ending, context)),
  };
};

const settlementUse = (settlement: Definition['settlement'], call: Caller): ConnectorUse['settlement'] => {
  if (settlement.mode === 'platform_detects') return { mode: settlement.mode };
  const reverse = settlement.reverse?.bind(settlement);
  return {
    mode: settlement.mode,
    record: (payment, time) =>
      call(write('settlement.record', answers.settlementResult), time, (context) => settlement.record(payment, context)),
    ...(reverse === undefined
      ? {}
      : {
          reverse: (payment, why, once, time) =>
            call(write('settlement.reverse', answers.settlementResult), time, (context) => reverse(payment, why, once, context)),
        }),
  };
};

const paymentMethodsUse = (methods: Definition['paymentMethods'], call: Caller): ConnectorUse['paymentMethods'] =>
  methods.mode === 'held_by_platform'
    ? { mode: methods.mode, why: methods.why }
    : {
        mode: methods.mode,
        list: (invoice, time) => call(read('paymentMethods.list', answers.tokenList), time, (context) => methods.list(invoice, context)),
      };

const collectionUse = (
  collection: NonNullable<Definition['collection']>,
  connection: Connection<unknown>,
  account: string,
  writes: WriteMemory,
  call: Caller,
): NonNullable<ConnectorUse['collection']> => {
  const rules = (once: WriteOnce): CallRules<CollectOutcome> => {
    const before = writes.countOf(account, once.key);
    return {
      judge: (outcome, made) => judgeCollection(outcome, made, once.key, before),
      ended: (made) => writes.add(account, once.key, writesUnder(made, once.key)),
    };
  };
  return {
    collectNow: (request, time) =>
      call(
        write('collection.collectNow', answers.collectOutcome),
        time,
        (context) => collection.collectNow(request, context),
        rules(request.once),
      ),
    findCollection: (request, time) =>
      call(read('collection.findCollection', answers.findOutcome), time, (context) => collection.findCollection(request, context)),
    protection: () => collection.protection(connection.config),
  };
};

/** A connection with every method of its connector guarded. */
export const connectorUse = (
  definition: Definition,
  plugin: Openable,
  connection: Connection<unknown>,
  openedAs: OpenedAs,
  settings: UseSettings,
): ConnectorUse => {
  const call = callerOf(plugin, connection, openedAs, settings);
  const account = `${plugin.plugin}/${connection.connectionId}`;
  const { webhook, invoices, collection, failures, setup } = definition;
  const understand = definition.understand?.bind(definition);

  return {
    webhook: {
      ...webhookUse(webhook, connection, account, settings.proven, (spec, time, body) => call(spec, time, body)),
      topics: () => webhook.topics?.(connection.config) ?? [],
    },
    ...(understand === undefined
      ? {}
      : { understand: (pointer, time) => call(read('understand', answers.understood), time, (context) => understand(pointer, context)) }),
    invoices: {
      read: (invoice, time) => call(read('invoices.read', answers.invoiceState), time, (context) => invoices.read(invoice, context)),
    },
    paymentMethods: paymentMethodsUse(definition.paymentMethods, call),
    dunning: dunningUse(definition.dunning, call),
    ...(collection === undefined ? {} : { collection: collectionUse(collection, connection, account, settings.writes, call) }),
    settlement: settlementUse(definition.settlement, call),
    ...(failures === undefined
      ? {}
      : {
          failures: {
            list: (since, cursor, time) =>
              call(read('failures.list', answers.failurePage), time, (context) => failures.list(since, cursor, context)),
          },
        }),
    ...(setup === undefined
      ? {}
      : {
          setup: {
            ensure: (endpoints, time) =>
              call(write('setup.ensure', answers.healthReport), time, (context) => setup.ensure(endpoints, context)),
            remove: (time) =>
              call(write('setup.remove', answers.nothing), time, async (context) => {
                await setup.remove(context);
              }),
          },
        }),
    checkHealth: (time) => call(read('checkHealth', answers.healthReport), time, (context) => definition.checkHealth(context)),
  };
};
