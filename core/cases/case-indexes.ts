import type { IndexPlan } from '../storage/index.js';

/** The indexes of `cases`. Partial filters stay within what MongoDB 5 knows. */
export const caseIndexes: IndexPlan = {
  collection: 'cases',
  indexes: [
    { key: { clientId: 1, idempotencyKey: 1 }, unique: true, partialFilterExpression: { idempotencyKey: { $exists: true } } },
    { key: { connectionId: 1, 'invoice.ref': 1 }, unique: true, partialFilterExpression: { connectionId: { $exists: true } } },
    { key: { clientId: 1, openKeys: 1 }, unique: true, partialFilterExpression: { openKeys: { $exists: true } } },
    { key: { lane: 1, nextAt: 1 }, partialFilterExpression: { nextAt: { $exists: true } } },
    { key: { nextAt: 1, lane: 1 }, partialFilterExpression: { nextAt: { $exists: true } } },
    { key: { connectionId: 1, 'invoice.customerRef': 1 }, partialFilterExpression: { watched: true } },
    { key: { connectionId: 1, 'invoice.subscriptionRef': 1 }, partialFilterExpression: { watched: true } },
    // operators look for what was put aside: few among very many
    { key: { parkedAt: 1 }, partialFilterExpression: { parkedAt: { $exists: true } } },
    { key: { refs: 1 } },
    { key: { clientId: 1, status: 1, createdAt: 1 } },
    // the invoice selector of the merchant's status call, over direct cases
    { key: { clientId: 1, invoiceId: 1 }, partialFilterExpression: { invoiceId: { $exists: true } } },
    // the same selector, and the customer selector, over cases of connectors
    { key: { clientId: 1, 'invoice.ref': 1 }, partialFilterExpression: { 'invoice.ref': { $exists: true } } },
    { key: { clientId: 1, 'invoice.customerRef': 1 }, partialFilterExpression: { 'invoice.customerRef': { $exists: true } } },
    // what an operator must look at: few among very many
    { key: { 'settlement.state': 1 }, partialFilterExpression: { 'settlement.state': 'refused' } },
    { key: { 'refunds.state': 1 }, partialFilterExpression: { 'refunds.state': { $exists: true } } },
    { key: { clientId: 1, emailHash: 1 }, partialFilterExpression: { emailHash: { $exists: true } } },
  ],
};
