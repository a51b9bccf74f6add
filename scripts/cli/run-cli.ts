import { Command, CommanderError } from 'commander';
import { addCasesCancel, addCasesRefund, addCasesResolve, addCasesRetry, addCasesSettle } from './commands/cases-ask.js';
import { addCasesList } from './commands/cases-list.js';
import { addCasesShow } from './commands/cases-show.js';
import { addClientsCreate } from './commands/clients-create.js';
import { addClientsShow } from './commands/clients-show.js';
import { addConnectionsDisconnect } from './commands/connections-disconnect.js';
import { addConnectionsRelease } from './commands/connections-release.js';
import { addConnectionsSet } from './commands/connections-set.js';
import { addDeliveriesList, addDeliveriesReplay } from './commands/deliveries.js';
import { addDoctor } from './commands/doctor.js';
import { addNotificationsList, addNotificationsReplay } from './commands/notifications.js';
import { addPause, addResume } from './commands/pause.js';
import { invocation } from './invocation.js';
import { tellFailure } from './tell-failure.js';

/** Runs one command line. Answers the exit code: 0, 1 when it could not be done, 2 when it was asked for wrongly. */
export const runCli = async (args: readonly string[]): Promise<number> => {
  const program = new Command('recovery-hub')
    .usage('<command> [options]')
    .description('Operates a Recovery Hub. Works on the database of MONGODB_URI, else on the embedded one in HUB_DATA_DIR.')
    .helpCommand(false)
    .configureHelp({ commandUsage: (command) => `${invocation()} ${pathOf(command)}${command.usage()}` })
    .showHelpAfterError(`(see ${invocation()} --help)`)
    .addHelpText('after', () => `
Examples:
  ${invocation()} clients create --name "Example Ltd" --mode test --webhook-url https://merchant.example/webhooks --gateway test
  ${invocation()} clients show <clientId>
  ${invocation()} connections set <clientId> <platform> --credential apiKey=env:API_KEY
  ${invocation()} cases show <transactionId>
  ${invocation()} pause --all --note "why"

Add --json for output that programs read. Exit code 0: done, 1: it could not be done, 2: it was asked for wrongly.`)
    .exitOverride();
  const clients = group(program, 'clients', 'merchants of this hub');
  addClientsCreate(clients);
  addClientsShow(clients);
  const connections = group(program, 'connections', 'their billing platforms');
  addConnectionsSet(connections);
  addConnectionsRelease(connections);
  addConnectionsDisconnect(connections);
  const cases = group(program, 'cases', 'failed payments being recovered');
  addCasesList(cases);
  addCasesShow(cases);
  addCasesRetry(cases);
  addCasesCancel(cases);
  addCasesResolve(cases);
  addCasesSettle(cases);
  addCasesRefund(cases);
  const deliveries = group(program, 'deliveries', 'webhooks from platforms');
  addDeliveriesList(deliveries);
  addDeliveriesReplay(deliveries);
  const notifications = group(program, 'notifications', 'events for merchants');
  addNotificationsList(notifications);
  addNotificationsReplay(notifications);
  addDoctor(program);
  addPause(program);
  addResume(program);

  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return tellFailure(error, { json: args.includes('--json') });
  }
};

const group = (program: Command, name: string, description: string): Command => {
  const command = new Command(name).description(description).helpCommand(false).copyInheritedSettings(program);
  program.addCommand(command);
  return command;
};

/** The names below the program, each followed by a space. */
const pathOf = (command: Command): string => (command.parent === null ? '' : `${pathOf(command.parent)}${command.name()} `);
