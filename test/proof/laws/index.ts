/**
 * The eight laws of the money protocol over what a world left behind, each in a file of its own.
 * Promises to read plain evidence only, and that each law objects to a violation planted for it (`planted.ts`).
 * Must not know hubs, processes or how the evidence was gathered.
 */
import { approvalsSettled } from './approvals-settled.js';
import { cardLimits } from './card-limits.js';
import { deliveriesUnderstood } from './deliveries-understood.js';
import { everybodyTold } from './everybody-told.js';
import type { Evidence, Law, Violation } from './evidence.js';
import { handedBack } from './handed-back.js';
import { oneChargePerDebt } from './one-charge-per-debt.js';
import { refundsWithReason } from './refunds-with-reason.js';
import { rowBeforeCharge } from './row-before-charge.js';

export type {
  Evidence, Law, LawNumber, MoneyRequest, MoneyReturned, MoneyTaken, PlatformInvoice, ReceivedNotification, StoredCase, Violation, WorldFacts,
} from './evidence.js';
export { plantedWorlds, soundWorld, type PlantedWorld } from './planted.js';

/** The laws in their order. */
export const laws: readonly Law[] = [
  oneChargePerDebt, rowBeforeCharge, approvalsSettled, everybodyTold, deliveriesUnderstood, refundsWithReason, handedBack, cardLimits,
];

/** Every violation of every law. */
export const judge = (evidence: Evidence): readonly Violation[] => laws.flatMap((law) => law.judge(evidence));
