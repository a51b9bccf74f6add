import type { Ending } from '../connector-kit/index.js';
import type { CaseDocument, TakeOver } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { held } from './held.js';

/** Which way the last call went that moved the platform's retries; undefined: there was none. */
export const lastCall = ({ takeOver }: Pick<CaseDocument, 'takeOver'>): 'take_over' | 'hand_back' | undefined =>
  (takeOver === undefined ? undefined : takeOver.ending === undefined ? 'take_over' : 'hand_back');

const later = (one: Date, other: Date | undefined) => (other !== undefined && other > one ? other : one);

/** The platform's retries are about to be stopped until a hub time; their return is owed from now on. */
export const intend = (document: CaseDocument, facts: { readonly until: Date; readonly sendBefore: Date }): CaseWrite => {
  const takeOver: TakeOver = { state: 'intended', until: facts.until, sendBefore: later(facts.sendBefore, document.takeOver?.sendBefore), tries: 0 };
  return { name: 'intend', filter: held(document), update: { $set: { takeOver, 'due.handBack': facts.until } } };
};

/** They are still. The platform may have granted less than was asked. */
export const taken = (document: CaseDocument, until: Date): CaseWrite => ({
  name: 'taken', filter: held(document), update: { $set: { 'takeOver.state': 'taken', 'takeOver.until': until, 'due.handBack': until } },
});

/** Nothing was called and nothing is ours: the intent is void. */
export const notTaken = (document: CaseDocument): CaseWrite => ({
  name: 'not-taken', filter: held(document), update: { $set: { 'takeOver.state': 'handed_back' }, $unset: { 'due.handBack': '' } },
});

/** The platform is about to be told of our end; the next try is owed before this one leaves. Where nothing was taken its retries are only stopped. */
export const intendHandBack = (document: CaseDocument, facts: { readonly ending: Ending; readonly sendBefore: Date; readonly againAt: Date }): CaseWrite => {
  const before = document.takeOver;
  const takeOver: TakeOver = {
    state: before === undefined || before.state === 'handed_back' ? 'intended' : before.state,
    until: before?.until ?? facts.againAt, sendBefore: later(facts.sendBefore, before?.sendBefore), tries: (before?.tries ?? 0) + 1, ending: facts.ending,
  };
  return { name: 'intend-hand-back', filter: held(document), update: { $set: { takeOver, 'due.handBack': facts.againAt } } };
};
