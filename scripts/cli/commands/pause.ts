import type { Command } from 'commander';
import { createKillSwitch } from '../../../core/clients/index.js';
import { audit } from '../audit.js';
import { UsageError } from '../failures.js';
import { invocation } from '../invocation.js';
import { fields, paragraph, time } from '../layout.js';
import { withStorage, type OpenStorage } from '../open-storage.js';
import { showResult } from '../show-result.js';

interface Options { readonly all?: true; readonly note?: string; readonly json?: true }

const longestNote = 300;
const switchOf = ({ storage }: OpenStorage) => createKillSwitch({ storage, clock: { wallNow: () => new Date() } });

const allOf = (command: 'pause' | 'resume', { all, note }: Options): void => {
  if (all !== true) throw new UsageError(`"${command}" is for the charges of the whole hub and must say so: ${invocation()} ${command} --all`);
  if (note !== undefined && note.length > longestNote) throw new UsageError(`--note is ${String(note.length)} characters long; write at most ${String(longestNote)}.`);
};

/** `pause` */
export const addPause = (program: Command): void => {
  program.command('pause')
    .description('Stops all charges of the hub, in every process within a second. Webhooks, asking after open charges, settlement and events go on.')
    .option('--all', 'all charges of the hub; must be said')
    .option('--note <text>', 'why; shown with each case that waits')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      allOf('pause', options);
      await withStorage(async (open) => {
        const killSwitch = switchOf(open);
        await killSwitch.pause(options.note ?? '');
        await audit(open.storage, { what: 'pause', target: 'all charges', ...(options.note === undefined ? {} : { change: { note: options.note } }) });
        const { since, note } = (await killSwitch.pausedSince()) ?? { since: new Date(), note: '' };
        const text = [
          '\nCharges are paused: within a second no process begins one\n\n',
          fields([['Since', time(since)], ['Note', note === '' ? undefined : note]]),
          `\n${paragraph('Webhooks are taken, open charges are asked about, and events are sent as before. Calls to charge are answered 503. Resume with:')}`,
          `    ${invocation()} resume --all\n\n`,
        ].join('');
        showResult({ json: { charges: 'paused', since, note }, text }, options);
      });
    });
};

/** `resume` */
export const addResume = (program: Command): void => {
  program.command('resume')
    .description('Lets charges run again after "pause --all".')
    .option('--all', 'all charges of the hub; must be said')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      allOf('resume', options);
      await withStorage(async (open) => {
        const killSwitch = switchOf(open);
        const before = await killSwitch.pausedSince();
        await killSwitch.resume();
        await audit(open.storage, { what: 'resume', target: 'all charges' });
        const held = open.settings.pauseCharges ? 'HUB_PAUSE_CHARGES is set here: a hub that was started with it charges nothing until it is started without it.' : undefined;
        const text = [
          before ? '\nCharges run again\n\n' : '\nCharges were not paused; they run\n\n',
          before ? paragraph(`They were paused since ${time(before.since)}. What waited is charged within ten minutes, each case after its rules and its invoice are read again.`) : '',
          held === undefined ? '' : paragraph(`! ${held}`),
          before || held !== undefined ? '\n' : '',
        ].join('');
        showResult({ json: { charges: open.settings.pauseCharges ? 'paused by HUB_PAUSE_CHARGES' : 'running', pausedSince: before?.since ?? null }, text }, options);
      });
    });
};
