import { defineConnector } from '../../core/connector-kit/index.js';
import { collectNow, findCollection, protection } from './collection.js';
import { connectorConfig, hostOf, limitsOf, modeOf } from './config.js';
import { handBack, takeOver } from './dunning.js';
import { listFailures } from './failures.js';
import { checkHealth } from './health.js';
import { listPaymentMethods } from './payment-methods.js';
import { openChargebee } from './platform-api.js';
import { readInvoice } from './read-invoice.js';
import { record, reverse } from './settlement.js';
import { ensureEndpoints, removeEndpoints } from './setup.js';
import { understand } from './understand.js';
import { webhook } from './webhook.js';

/** Chargebee: failing invoices of a site, charged at the merchant's gateway and recorded on the invoice, or collected by Chargebee itself. */
export const connector = defineConnector({
  id: 'chargebee',
  displayName: 'Chargebee',
  contract: '0.1.0',
  configSchema: connectorConfig,
  mode: modeOf,
  hosts: (config) => [hostOf(config)],
  limits: limitsOf,
  open: ({ config }, io) => openChargebee(config, io),

  webhook,
  understand,
  invoices: { read: readInvoice },
  paymentMethods: { mode: 'readable', list: listPaymentMethods },
  dunning: { mode: 'controllable', neededFor: 'gateway', takeOver, handBack },
  collection: { collectNow, findCollection, protection },
  settlement: { mode: 'recorded', record, reverse },
  failures: { list: listFailures },
  setup: { ensure: ensureEndpoints, remove: removeEndpoints },
  checkHealth,
});
