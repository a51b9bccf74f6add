import { Conflict, InvalidInput, NotFound } from '../../core/clients/index.js';
import { renderProblems } from '../../core/configuration/index.js';
import { redactText } from '../../core/observability/index.js';
import { Refused, SettingsRefused, UsageError } from './failures.js';

/** Where a member of the input is given on the command line. */
const flagOf = (param: string): string | undefined => {
  const names: Readonly<Record<string, string>> = {
    businessName: '--name', mode: '--mode', webhookUrl: '--webhook-url', timezone: '--timezone', billingCycleDay: '--billing-day', platformAccountRef: '--account', platform: 'the platform argument',
  };
  const [top = ''] = param.split(/[.[]/);
  const inner = /^(?:credentials|options)\.([^.[]+)/.exec(param)?.[1] ?? 'NAME';
  if (top === 'gateways') return '--gateway';
  if (top === 'credentials') return `--credential ${inner}=env:VARIABLE`;
  if (top === 'options') return `--option ${inner}=VALUE`;
  return names[top];
};

/** Tells standard error why a command failed, without secrets, and answers its exit code. */
export const tellFailure = (error: unknown, { json }: { readonly json: boolean }): 1 | 2 => {
  const told = tell(error);
  process.stderr.write(json ? `${JSON.stringify({ error: told.body })}\n` : told.text);
  return told.code;
};

interface Told {
  readonly code: 1 | 2;
  readonly text: string;
  readonly body: object;
}

const tell = (error: unknown): Told => {
  if (error instanceof SettingsRefused) {
    return { code: 1, text: renderProblems(error.problems), body: { type: 'settings', message: 'The settings are wrong.', problems: error.problems } };
  }
  if (error instanceof InvalidInput) {
    const { param, found, expected, message } = error;
    const flag = flagOf(param);
    return {
      code: 2,
      text: `error: ${message}\n  found: ${found}\n${flag === undefined ? '' : `  given by: ${flag}\n`}`,
      body: { type: 'invalid_input', message, param, found, expected },
    };
  }
  const message = redactText(error instanceof Error ? error.message : 'something failed without saying why');
  if (error instanceof Refused) return { code: 1, text: `error: ${message}\n  code: ${error.code}\n`, body: { type: 'conflict', message, code: error.code } };
  const type = error instanceof UsageError ? 'usage' : error instanceof NotFound ? 'not_found' : error instanceof Conflict ? 'conflict' : 'failed';
  return { code: error instanceof UsageError ? 2 : 1, text: `error: ${message}\n`, body: { type, message } };
};
