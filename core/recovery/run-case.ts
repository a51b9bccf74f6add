import { WriteNotKnown, type CaseDocument, type CaseWrite } from '../cases/index.js';
import type { CheckpointName } from '../observability/index.js';
import { isNotKnownToBeWritten } from '../storage/index.js';
import { readCaseWorld, type HoldCall } from './case-facts.js';
import type { Effect, Knowledge } from './case-steps/effects.js';
import { afterWrite, beginHold, isDoneWhenLost, isDurable, lastWords, type Hold, type Rival, type WriteAnswer } from './case-steps/hold.js';
import type { Call } from './case-steps/learn.js';
import { nextStep } from './case-steps/next-step.js';
import { perform } from './perform.js';
import type { RecoveryPorts } from './ports.js';
import { toolsOf } from './tools.js';

/** More steps than any case needs in one hold: a case that takes them goes in a circle. */
const mostSteps = 200;
const repeatMs = 250;

/** How a hold ended, with the case as it was last seen. `left_to_lease`: it went in a circle and is still held. */
export interface HoldEnd { readonly end: 'released' | 'lost' | 'left_to_lease' | 'put_off'; readonly document: CaseDocument }

/** What a caller brings into a hold: an attempt it has written itself, and whether an API call waits. */
export interface HoldStart {
  readonly call: HoldCall;
  readonly knowledge?: Pick<Knowledge, 'sending' | 'plan' | 'decided'>;
  readonly onStep?: (document: CaseDocument) => void;
}

/** Background work: nobody waits for the answer. */
export const unattended: HoldStart = { call: { respondsToCall: 'no', opens: 'no' } };

/**
 * Runs a claimed case to its release: asks the step machine, performs the effect, writes, until nothing is due. The lease is
 * renewed every third of it meanwhile. Whatever goes wrong, the document is the truth.
 * @throws whatever went wrong: the case is still held, and left to its lease unless the caller puts it off
 */
export const runCase = async (claimed: CaseDocument, ports: RecoveryPorts, start: HoldStart = unattended): Promise<HoldEnd> => {
  let document = claimed;
  const heard: { lost: 'yes' | 'no' } = { lost: 'no' };
  const beat = async (): Promise<void> => {
    const renewed = await ports.cases.renew(document);
    if (!renewed) heard.lost = 'yes';
    else if (renewed.leaseUntil) document = { ...document, leaseUntil: renewed.leaseUntil };
  };
  const heartbeat = setInterval(() => {
    beat().catch(() => undefined);
  }, ports.leaseMs / 3);
  const say = (name: CheckpointName) => ports.checkpoint(name, document._id);

  try {
    await say('claimed');
    const world = await readCaseWorld(document, ports, start.call);
    const client = await ports.clients.find(document.clientId);
    if (!client) throw new Error(`Case ${document._id} belongs to a client that does not exist`);
    const tools = toolsOf(client.settings, ports);
    let { knowledge } = beginHold(document, world.facts, start.knowledge);

    for (let steps = 0; steps < mostSteps; steps += 1) {
      start.onStep?.(document);
      const effect = nextStep(document, knowledge, tools);
      if (heard.lost === 'yes' && !isDoneWhenLost(effect)) return await lost({ document, knowledge }, ports);
      switch (effect.do) {
        case 'know': knowledge = { ...knowledge, ...effect.after }; break;
        case 'alert':
          ports.logger.warn({ caseId: document._id, clientId: document.clientId }, effect.fact);
          knowledge = { ...knowledge, ...effect.after };
          break;
        case 'renew': {
          const renewed = await ports.cases.renew(document);
          if (!renewed) return await lost({ document, knowledge }, ports);
          document = renewed;
          break;
        }
        case 'write':
        case 'release': {
          const answer = await writeHeld(effect, { document, knowledge }, ports);
          const after = afterWrite({ document, knowledge }, effect, answer);
          if (after.status === 'lost') return await lost({ document, knowledge }, ports);
          const place = answer.status === 'duplicate' || after.status === 'again' ? undefined : checkpoints[effect.write.name];
          if (after.status === 'released') {
            if (place) await say(place);
            ports.cases.wake(after.document);
            return { end: 'released', document: after.document };
          }
          if (after.status === 'written' && effect.do === 'write' && effect.alert !== undefined) ports.logger.warn({ caseId: document._id, clientId: document.clientId }, effect.alert);
          ({ document, knowledge } = after.hold);
          if (place) await say(place);
          break;
        }
        case 'relay':
        case 'read_invoice':
        case 'read_tokens':
        case 'reserve':
        case 'check_permission':
        case 'prepare':
        case 'charge':
        case 'ask':
        case 'revoke':
        case 'close_ledger':
        case 'stop_card':
        case 'hand_back':
        case 'take_over':
        case 'record':
        case 'find_payment':
        case 'refund':
          knowledge = { ...knowledge, ...await performed(effect, () => perform(effect, document, knowledge, world, ports)) };
          break;
      }
    }
    return { end: 'left_to_lease', document };
  } finally {
    clearInterval(heartbeat);
  }
};

const checkpoints: Readonly<Record<string, CheckpointName | undefined>> = {
  'attempt': 'attempt written', 'resend': 'attempt written', 'charge-ref': 'prepared', 'outcome': 'outcome written', 'close': 'closed',
  'relayed': 'relayed', 'settled': 'settled', 'refunded': 'refunded', 'handed-back': 'handed back', 'intend': 'take-over intended', 'taken': 'taken', 'release': 'released',
};

/** A ledger that is closed because of an answer is closed before anything else is done with the answer: also if the database is away for a while. */
const performed = async (effect: Call, perform: () => Promise<Partial<Knowledge>>): Promise<Partial<Knowledge>> => {
  for (;;) {
    try {
      return await perform();
    } catch (error) {
      if (effect.do !== 'close_ledger' || !isNotKnownToBeWritten(error)) throw error;
      await new Promise((resolve) => { setTimeout(resolve, repeatMs); });
    }
  }
};

const rivalOf = async (document: CaseDocument, { facts }: Knowledge, ports: RecoveryPorts): Promise<Rival | undefined> =>
  (await ports.cases.findOne({ _id: { $ne: document._id }, v: 1, clientId: document.clientId, openKeys: { $in: [...facts.openKeys] } })) ?? undefined;

/** Performs a write under the hold; what did not match is read again. */
const writeHeld = async (effect: Extract<Effect, { write: CaseWrite }>, { document, knowledge }: Hold, ports: RecoveryPorts): Promise<WriteAnswer> => {
  for (;;) {
    try {
      const written = await ports.cases.write(effect.write);
      switch (written.status) {
        case 'written': return written;
        case 'duplicate': return { status: 'duplicate', rival: await rivalOf(document, knowledge, ports) };
        case 'lost': return { status: 'unmatched', now: await ports.cases.find(document._id) };
      }
    } catch (error) {
      // also the reading after a write may fail while the database is away
      if (!isDurable(effect) || !(error instanceof WriteNotKnown || isNotKnownToBeWritten(error))) throw error;
      await new Promise((resolve) => { setTimeout(resolve, repeatMs); });
    }
  }
};

/** The hold is gone. Nothing further is charged and the plan is discarded, but an approval is never lost. */
const lost = async (hold: Hold, ports: RecoveryPorts): Promise<HoldEnd> => {
  const { document } = hold;
  const ended: HoldEnd = { end: 'lost', document };
  const words = lastWords(hold);
  if (!words) return ended;
  await ports.checkpoint('approval known, fence lost', document._id);
  for (;;) {
    try {
      await ports.cases.signal(document._id, words.id, words.event);
      return ended;
    } catch (error) {
      ports.logger.error({ caseId: document._id, err: error }, 'an approval could not be stored yet; repeated');
      await new Promise((resolve) => { setTimeout(resolve, repeatMs); });
    }
  }
};
