import { commandWrites, type CaseDocument, type Command, type CommandAnswer, type Refusal, type Signal } from '../../cases/index.js';
import type { Effect, Tools } from './effects.js';

/** A command in hand, as its signal brought it. */
export interface Asked<C extends Command = Command> { readonly signal: Signal; readonly command: C }

/** The answer to a command, to be written with what it changes. */
export const answerTo = ({ signal, command }: Asked, result: 'done' | Refusal, message: string, tools: Tools): CommandAnswer => ({
  id: signal.id, type: command.type, at: tools.clock.hubNow(), result, message, ...(command.note === undefined ? {} : { note: command.note }),
});

/** The command is not done, and the operator is told why. */
export const refuse = (document: CaseDocument, asked: Asked, why: Refusal, message: string, tools: Tools): Effect => ({
  do: 'write', write: commandWrites.answered(document, answerTo(asked, why, message, tools)), after: {},
});

/** Why a case of this status takes no such command, for those that are settled by their status alone. */
export const refusalByStatus = (document: CaseDocument): readonly [Refusal, string] | undefined => {
  switch (document.status) {
    case 'succeeded': return ['already_recovered', 'The payment has been recovered.'];
    case 'cancelled': return ['cancelled', 'The case has been cancelled.'];
    case 'blocked': return ['blocked', 'The case is blocked: no further charge of this card is allowed.'];
    case 'attempting': return ['in_progress', 'A charge is in flight; try again once its outcome is known.'];
    case 'unknown': return ['outcome_unknown', 'A charge is not confirmed; find out at the gateway what became of it and resolve the case.'];
    case 'queued':
    case 'failed': return undefined;
  }
};
