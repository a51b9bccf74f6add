import type { RepeatProtection } from '../../core/connector-kit/index.js';
import type { CaseWrite, CaseDocument } from '../../core/cases/index.js';
import type { CaseFacts } from '../../core/recovery/index.js';
import type { Budget } from './world.js';

/** What may befall the cases of a box, out of its budget. */
export type Happening = 'paid_elsewhere' | 'retried_by_platform' | 'disconnected' | 'card_changed' | 'invoice_voided' | 'cancelled' | 'ordered_to_cancel' | 'ordered_to_retry' | 'paused';

/** One bounded part of the world to be searched whole. */
export interface Box {
  readonly name: string;
  /** `both`: two cases of one debt, one of a connector and beside it a direct one, which has the right to charge it. */
  readonly source: 'direct' | 'connector' | 'both';
  /** Who takes the money: a gateway, or the platform of the invoice. */
  readonly collects: 'gateway' | 'platform';
  readonly protection: RepeatProtection;
  readonly prepares: 'yes' | 'no';
  readonly dunning: 'controllable' | 'not_controllable';
  readonly workers: number;
  /** How many debts, each with its case, all of one card. */
  readonly cases: number;
  readonly signals: readonly Happening[];
  readonly operators: readonly Happening[];
  /** `dies`: between telling a case and marking a delivery understood, so that it tells it again. */
  readonly intake: 'lives' | 'dies';
  /** What the gateway may decline with. */
  readonly declines: readonly string[];
  readonly budget: Budget;
}

export const laws = ['1', '2', '3', '4', '5', '6', '7', '8', 'liveness'] as const;
export type Law = (typeof laws)[number];

/** One rule of the protocol, taken away around the product's code; nothing in the product knows of it. */
export interface SwitchedOff {
  readonly rule: string;
  /** The smallest box known in which its lack shows. */
  readonly in: Box;
  /** Which laws may break without it. */
  readonly breaks: readonly Law[];
  readonly write?: (write: CaseWrite) => CaseWrite;
  /** What the step machine is shown of the stored case. */
  readonly shown?: (document: CaseDocument) => CaseDocument;
  readonly facts?: (facts: CaseFacts) => CaseFacts;
  /** The clock's "not before" waits are nothing, or never a day. */
  readonly waits?: 'none' | 'no_day';
  /** What leaves is not compared with `sendBefore`. */
  readonly sendBefore?: 'ignored';
  readonly reserve?: 'always';
  readonly closeLedger?: 'any_send';
  readonly lastWords?: 'none';
  readonly acceptance?: 'without_id';
  readonly attemptRow?: 'not_written';
  readonly chargeRef?: 'not_written';
  /** A refund that is tried again is another refund. */
  readonly refundKey?: 'new';
  /** That the invoice names another payment is believed unread. */
  readonly evidence?: 'assumed';
  /** Two cases may have the right to charge one debt. */
  readonly right?: 'not_unique';
}
