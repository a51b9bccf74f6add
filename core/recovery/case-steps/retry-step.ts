import { commandWrites, writes, type CaseDocument, type Command, type Refusal } from '../../cases/index.js';
import type { Decision } from '../engine.js';
import { answerTo, refusalByStatus, refuse, type Asked } from './command-answer.js';
import { snapshotOf } from './decide-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { unreturned } from './refund-step.js';

type Retry = Asked<Extract<Command, { type: 'retry' }>>;

/** A charge now on a person's word: the engine decides as ever, but for the schedule. A failed case is worked on again. */
export const retryStep = (document: CaseDocument, asked: Retry, knowledge: Knowledge, tools: Tools): Effect => {
  const refused = (why: Refusal, message: string) => refuse(document, asked, why, message, tools);
  const byStatus = refusalByStatus(document);
  if (byStatus) return refused(...byStatus);
  if (document.simulated) return refused('not_active', 'The case is a simulation: nothing is ever charged for it.');
  if (document.mode !== 'active') return refused('not_active', `The connection was in mode ${document.mode} when the case opened: nothing is charged.`);
  if (knowledge.facts.standstill !== undefined) return refused('not_active', knowledge.facts.standstill);
  if (document.consentRevokedAt !== undefined) return refused('blocked', 'The holder of the card has withdrawn consent.');
  const money = unreturned(document);
  if (money) return refused('in_progress', money.sentence);
  if (knowledge.right === 'refused') return refused('in_progress', 'Another case has the right to charge this debt: it works on it, or has recovered it.');
  const prompt = document.prompt ?? 'manual_retry';
  const decision = tools.engine.decide({ ...snapshotOf(document, knowledge, tools), prompt }, tools.clock.hubNow());
  switch (decision.do) {
    case 'read_card': return knowledge.tokens?.status === 'unavailable' ? refused('in_progress', 'The payment methods cannot be read now; try again in a moment.') : { do: 'read_tokens' };
    case 'ask': return refused('outcome_unknown', decision.because.sentence);
    case 'wait': return refused('network_limit', decision.because.sentence);
    case 'stop': return refused(refusalOf(decision), decision.because.sentence);
    case 'charge': return accept(document, asked, knowledge, tools);
  }
};

const refusalOf = (decision: Extract<Decision, { do: 'stop' }>): Refusal => (decision.because.rule === 'max-retries' ? 'max_retries_reached' : 'blocked');

const accept = (document: CaseDocument, asked: Retry, knowledge: Knowledge, tools: Tools): Effect => {
  const answer = answerTo(asked, 'done', 'The charge is tried now.', tools);
  const after = { acted: [], decided: undefined, stepAt: undefined };
  // what was acted on before is pulled by the release
  if (document.status === 'queued') return { do: 'write', write: commandWrites.manualRetry(document, answer), after: { ...after, acted: knowledge.acted } };
  const signalIds = [...knowledge.acted, asked.signal.id];
  const write = writes.reopen(document, { openKeys: knowledge.facts.openKeys, prompt: 'manual_retry', stepAt: answer.at, signalIds });
  return { do: 'write', write: commandWrites.withAnswer(write, answer), after };
};
