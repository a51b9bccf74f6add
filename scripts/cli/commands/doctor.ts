import type { Command } from 'commander';
import { createKillSwitch, needyConnections } from '../../../core/clients/index.js';
import { compareClocks, describeSkew, type ClockVerdict } from '../../../core/scheduling/index.js';
import { Refused } from '../failures.js';
import { invocation } from '../invocation.js';
import { fields, paragraph, time } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { withStorage } from '../open-storage.js';
import { showResult } from '../show-result.js';

const most = 1000;

/** `doctor` */
export const addDoctor = (program: Command): void => {
  program.command('doctor')
    .description('Looks whether the database answers and has the right time, and what waits for a person. Exit code 1: something does.')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: true }) => {
      const found = { ...await examineDatabase(), ...await countWaiting() };
      const complaints = complaintsOf(found);
      showResult({ json: { ok: complaints.length === 0, complaints, ...found }, text: textOf(found, complaints) }, options);
      if (complaints.length > 0) throw new Refused('needs_attention', complaints.length === 1 ? 'One thing needs a person.' : `${String(complaints.length)} things need a person.`);
    });
};

const examineDatabase = () => withStorage(async ({ settings, storage }) => {
  const paused = await createKillSwitch({ storage, clock: { wallNow: () => new Date() } }).pausedSince();
  return {
    answersInMs: await storage.ping(),
    clocks: await compareClocks(() => new Date(), () => storage.serverTime()),
    pausedSince: paused?.since ?? null,
    pausedHere: settings.pauseCharges,
    connectionsInNeed: await needyConnections(storage),
  };
});

const countWaiting = () => withDesks(async (desks) => ({
  parkedDeliveries: (await desks.deliveries.list({ state: 'parked', limit: most })).length,
  unreadableDeliveries: (await desks.deliveries.list({ state: 'not_understood', limit: most })).length,
  parkedCases: (await desks.cases.list({ parked: 'only', limit: most })).length,
  deadEvents: (await desks.notifications.list({ state: 'dead', limit: most })).length,
  stuckCases: await desks.stuckCases(most),
}));

type Found = Awaited<ReturnType<typeof examineDatabase>> & Awaited<ReturnType<typeof countWaiting>>;

const complaintOfClocks = (clocks: ClockVerdict): readonly string[] => {
  switch (clocks.state) {
    case 'agree': return [];
    case 'apart': return [`${describeSkew(clocks)}. Over 10 s hubs claim and charge nothing: set both clocks by NTP.`];
    case 'wrong': return [`${describeSkew(clocks)}: a hub here claims and charges nothing. Set both clocks by NTP.`];
  }
};

const counted = (count: number, one: string, several: string): string =>
  (count === 1 ? one : `${String(count)}${count === most ? ' or more' : ''} ${several}`);

const waiting = (count: number, one: string, several: string, command: string): readonly string[] =>
  (count === 0 ? [] : [`${counted(count, one, several)}: ${invocation()} ${command}`]);

/** `caseIds`, newest first. */
const stuck = (caseIds: readonly string[], one: string, several: string): readonly string[] => waiting(caseIds.length, one, several, `cases show ${caseIds[0] ?? ''}`);

const complaintsOf = (found: Found): readonly string[] => [
  ...complaintOfClocks(found.clocks),
  ...(found.pausedSince === null ? [] : [`Charges are paused since ${time(found.pausedSince)}: ${invocation()} resume --all`]),
  ...(found.pausedHere ? ['HUB_PAUSE_CHARGES is set here: a hub started with it charges nothing.'] : []),
  ...waiting(found.parkedDeliveries, 'One webhook is parked', 'webhooks are parked', 'deliveries list --state parked'),
  ...waiting(found.unreadableDeliveries, 'One webhook could not be read', 'webhooks could not be read', 'deliveries list --state not_understood'),
  ...waiting(found.parkedCases, 'One case is parked', 'cases are parked', 'cases list --parked'),
  ...waiting(found.deadEvents, 'One event reached nobody', 'events reached nobody', 'notifications list --state dead'),
  ...stuck(found.stuckCases.refusedSettlements, 'The platform could not be told of one payment', 'payments could not be told to their platforms'),
  ...stuck(found.stuckCases.failedRefunds, 'One refund is owed and was not made', 'cases owe a refund that was not made'),
  ...stuck(found.stuckCases.unaskedCharges, 'The end of one charge is not known, and it is not asked about any more', 'charges of unknown end are not asked about any more'),
  ...found.connectionsInNeed.map(({ clientId, needs }) => `${needs.map(({ message }) => message).join(' ')} ${invocation()} clients show ${clientId}`),
];

const textOf = (found: Found, complaints: readonly string[]): string => [
  '\n',
  fields([
    ['Database', `answers in ${String(found.answersInMs)} ms`],
    ['Clocks', found.clocks.state === 'agree' ? 'agree' : `${(Math.abs(found.clocks.skewMs) / 1000).toFixed(1)} s apart`],
    ['Charges', found.pausedSince === null && !found.pausedHere ? 'run' : 'are paused'],
  ]),
  complaints.length === 0 ? '\n  Nothing waits for a person.\n' : '\n',
  ...complaints.map((complaint) => paragraph(`! ${complaint}`)),
  '\n',
].join('');
