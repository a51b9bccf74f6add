import type { JudgedRow } from './judge.js';
import type { Stage } from './stage.js';

const quoted = (value: string): string => (/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value}'`);

/** What a person may do with the processes that were left running. */
export const whatToTry = (stage: Stage, rows: readonly JudgedRow[]): readonly string[] => {
  const transactionId = rows[0]?.observed.transactionId ?? '<transactionId>';
  const variables = Object.entries(stage.hubEnvironment).filter(([name]) => name === 'HUB_ENV' || name === 'MONGODB_URI' || name === 'HUB_DATA_DIR');
  return [
    '',
    'Everything is still running; Ctrl-C ends it and removes it. In another terminal:',
    '',
    '  # where a case stands, as the merchant sees it',
    `  curl -s ${stage.hubUrl}/api/recovery/status/${transactionId} -H 'X-API-KEY: ${stage.client.apiKey}'`,
    '',
    '  # why it was decided so',
    `  ${variables.map(([name, value]) => `${name}=${quoted(value)}`).join(' ')} npm run -s hub -- cases show ${transactionId}`,
    '',
    '  # one more failing subscription, which is then recovered',
    `  curl -s ${stage.stripeUrl}/_fake/bill -d '{"label":"mine","amount":4200,"card":{"brand":"mastercard","results":["insufficient_funds","success"]}}'`,
    '',
    '  # what Stripe has seen, and what the merchant has received',
    `  curl -s ${stage.stripeUrl}/_fake/ledger`,
    `  curl -s ${stage.merchantUrl}/log`,
    '',
    `  # the hub's log`,
    `  tail -f ${quoted(`${stage.directory}/hub.log`)}`,
    '',
  ];
};
