import { z } from 'zod';
import { followInvoice } from './apply-payment.js';
import { refusal, wrongState } from './chargebee-failure.js';
import type { Cause } from './event-log.js';
import { fact } from './fact.js';
import { invoiceNamed } from './invoice-endpoints.js';
import { comment, integer } from './parameters.js';
import type { FakePlatform } from './platform.js';
import type { Invoice } from './resources.js';
import { type Route, route } from './route.js';
import { collectsByItself } from './site.js';

/** fact('dunning.needs') */
const needCollecting = (platform: FakePlatform, invoice: Invoice): void => {
  if (invoice.status !== 'payment_due') throw wrongState(fact('dunning.needs'), `Dunning of the invoice ${invoice.id} cannot be changed as it is ${invoice.status}.`);
  if (!collectsByItself(platform.site, invoice)) throw wrongState(fact('dunning.needs'), `Auto collection is off for the invoice ${invoice.id}.`);
};

/** fact('event.dunning_updated') */
const announce = (platform: FakePlatform, invoice: Invoice, cause: Cause): object => {
  followInvoice(platform, invoice);
  platform.events.emit('dunning_updated', { invoice }, cause);
  platform.events.emit('invoice_updated', { invoice }, cause);
  return { invoice };
};

const pause = (platform: FakePlatform, invoice: Invoice, until: Date, cause: Cause): object => {
  needCollecting(platform, invoice);
  if (platform.dunning.isPaused(invoice.id)) throw wrongState(fact('dunning.pause_once'), `Dunning of the invoice ${invoice.id} is paused already.`);
  if (until <= platform.clock.hubNow()) {
    throw refusal({
      fact: fact('dunning.pause_date'), status: 400, code: 'param_wrong_value', param: 'expected_payment_date',
      message: 'expected_payment_date : should be in the future',
    });
  }
  platform.dunning.pause(invoice, until);
  return announce(platform, invoice, cause);
};

const resume = (platform: FakePlatform, invoice: Invoice, cause: Cause): object => {
  if (invoice.status !== 'payment_due' || !platform.dunning.isPaused(invoice.id)) {
    throw wrongState(fact('dunning.resume_paused'), `Dunning of the invoice ${invoice.id} is not paused.`);
  }
  platform.dunning.resume(invoice);
  return announce(platform, invoice, cause);
};

const stop = (platform: FakePlatform, invoice: Invoice, cause: Cause): object => {
  needCollecting(platform, invoice);
  platform.dunning.stop(invoice);
  invoice.dunning_status = 'stopped';
  invoice.status = 'not_paid';
  return announce(platform, invoice, cause);
};

export const dunningRoutes: readonly Route[] = [
  route({
    method: 'POST', path: '/invoices/:id/pause_dunning', data: 'transactional',
    parameters: z.strictObject({ expected_payment_date: integer(0), comment }),
    run: (platform, { expected_payment_date: until }, { id, cause }) => pause(platform, invoiceNamed(platform, id), new Date(until * 1000), cause),
  }),
  route({
    method: 'POST', path: '/invoices/:id/resume_dunning', data: 'transactional', parameters: z.strictObject({ comment }),
    run: (platform, _parameters, { id, cause }) => resume(platform, invoiceNamed(platform, id), cause),
  }),
  route({
    method: 'POST', path: '/invoices/:id/stop_dunning', data: 'transactional', parameters: z.strictObject({ comment }),
    run: (platform, _parameters, { id, cause }) => stop(platform, invoiceNamed(platform, id), cause),
  }),
];
