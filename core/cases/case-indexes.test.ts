import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { caseIndexes } from './index.js';

describe('the indexes of cases', () => {
  const database = testDatabase('case-indexes');
  let storage: Storage;
  beforeAll(async () => {
    storage = await connectStorage(database.uri);
    await storage.ensureIndexes([caseIndexes]);
  });
  afterAll(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  it.each<readonly [string, object, string]>([
    ['the case of an invoice of a connector', { clientId: 'client-1', 'invoice.ref': 'in_1' }, 'clientId_1_invoice.ref_1'],
    ['the case of an invoice of a call', { clientId: 'client-1', invoiceId: 'in_1' }, 'clientId_1_invoiceId_1'],
    ['the cases of a customer', { clientId: 'client-1', 'invoice.customerRef': 'cus_1' }, 'clientId_1_invoice.customerRef_1'],
    ['refused settlements', { 'settlement.state': 'refused', watched: true }, 'settlement.state_1'],
    ['refunds that failed', { 'refunds.state': { $in: ['refused', 'gave_up'] }, watched: true }, 'refunds.state_1'],
  ])('find %s', async (_name, filter, index) => {
    const told = await storage.collection('cases').find(filter).explain('queryPlanner');
    expect(JSON.stringify(told)).toContain(`"indexName":"${index}"`);
  });
});
