import { commandWrites, type CaseDocument, type Command, type Signal } from '../../cases/index.js';
import { cancelEffect } from './close-step.js';
import { answerTo, refusalByStatus, refuse, type Asked } from './command-answer.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { refundCommand, settleCommand } from './money-commands.js';
import { resolveStep } from './resolve-step.js';
import { retryStep } from './retry-step.js';

/** What an operator asked for. Our own open attempt has been asked about before. */
export const commandStep = (document: CaseDocument, signal: Signal, command: Command, knowledge: Knowledge, tools: Tools): Effect => {
  switch (command.type) {
    case 'cancel': return cancelStep(document, { signal, command }, knowledge, tools);
    case 'retry': return retryStep(document, { signal, command }, knowledge, tools);
    case 'resolve': return resolveStep(document, { signal, command }, knowledge, tools);
    case 'refund': return refundCommand(document, { signal, command }, tools);
    case 'settle': return settleCommand(document, { signal, command }, knowledge, tools);
    case 'hand_back': return handBackStep(document, { signal, command }, tools);
  }
};

const cancelStep = (document: CaseDocument, asked: Asked, knowledge: Knowledge, tools: Tools): Effect => {
  if (document.status === 'cancelled') return { do: 'write', write: commandWrites.answered(document, answerTo(asked, 'done', 'The case has been cancelled.', tools)), after: {} };
  const byStatus = refusalByStatus(document);
  if (byStatus) return refuse(document, asked, ...byStatus, tools);
  if (document.status !== 'queued') return refuse(document, asked, 'closed', 'The case has ended and charges nothing any more; only its merchant may cancel it now.', tools);
  const ending = cancelEffect(document, knowledge, tools, 'operator', [asked.signal.id]);
  return ending.do === 'write' ? { ...ending, write: commandWrites.withAnswer(ending.write, answerTo(asked, 'done', 'The case is cancelled.', tools)) } : ending;
};

const handBackStep = (document: CaseDocument, asked: Asked, tools: Tools): Effect => {
  if (!document.takeOver || document.takeOver.state === 'handed_back') return refuse(document, asked, 'nothing_taken_over', 'Nothing of this invoice is taken over from the platform.', tools);
  const write = commandWrites.handBackNow(document, answerTo(asked, 'done', 'The retries are returned to the platform now, and again until it takes them.', tools));
  return { do: 'write', write, after: { handBack: undefined } };
};
