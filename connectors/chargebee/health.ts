import { z } from 'zod';
import { PlatformError, type HealthFinding, type HealthReport } from '../../core/connector-kit/index.js';
import { modeOf } from './config.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { configurationShape } from './shapes.js';
import { checkEndpoints } from './setup.js';

const anything = z.looseObject({});

type Probe = readonly [what: string, ask: (context: ChargebeeCall) => Promise<unknown>];

/** One cheap question per kind of data that a recovery reads. Whether a key may write shows only when it writes. */
const PROBES: readonly Probe[] = [
  ['invoices', (context) => context.session.invoice.list({ limit: 1 })],
  ['transactions', (context) => context.session.transaction.list({ limit: 1 })],
  ['events', (context) => context.session.event.list({ limit: 1 })],
  ['payment sources', (context) => context.session.paymentSource.list({ limit: 1 })],
];

export const checkHealth = async (context: ChargebeeCall): Promise<HealthReport> => {
  const { config, mode: connectionMode } = context.connection;
  const mode = modeOf(config);
  const wrongMode = mode === connectionMode ? [] : [wrongModeOf(config.site, mode, connectionMode)];
  const site = await readSite(context);
  const facts = { site: config.site, mode, ...(site.catalog === undefined ? {} : { productCatalog: site.catalog }) };
  const findings = [...wrongMode, ...site.findings];
  if (isUnreachable(site.findings)) return { findings, facts };
  const probed = await probe(context);
  const endpoints = isUnreachable(probed) ? [] : await checkEndpoints(context);
  return { findings: [...findings, ...probed, ...endpoints], facts };
};

const isUnreachable = (findings: readonly HealthFinding[]): boolean => findings.some(({ code }) => code === 'wrong_key' || code === 'platform_down');

const wrongModeOf = (site: string, ofSite: string, ofConnection: string): HealthFinding => ({
  code: 'wrong_mode',
  message: `The site ${site} is a ${ofSite} site and the client is in ${ofConnection} mode.`,
  fix: `Connect a ${ofConnection} site (names of test sites end in -test), or connect this site to a ${ofSite} client.`,
});

/** A key of another site is answered by that site's name, or refused. */
const readSite = async (context: ChargebeeCall): Promise<{ readonly catalog?: string; readonly findings: readonly HealthFinding[] }> => {
  try {
    const shape = z.object({ configurations: z.array(configurationShape) });
    const { configurations } = await ask(context, shape, (session) => session.configuration.list());
    const [first] = configurations;
    const { site } = context.connection.config;
    const isOther = first?.domain && first.domain !== site && first.domain !== `${site}.chargebee.com`;
    return {
      ...(first?.product_catalog_version ? { catalog: first.product_catalog_version } : {}),
      findings: isOther ? [{ code: 'wrong_key', message: `The key answers for another site (${String(first.domain)}).`, fix: `Set an API key of the site ${site}.` }] : [],
    };
  } catch (thrown) {
    const finding = findingOf('configurations', thrown);
    // What the site is made of is worth knowing; that the key may not read it harms no recovery.
    return { findings: finding === undefined || finding.code === 'missing_permission' ? [] : [finding] };
  }
};

const probe = async (context: ChargebeeCall): Promise<readonly HealthFinding[]> => {
  const findings: HealthFinding[] = [];
  for (const [what, question] of PROBES) {
    const finding = await ask(context, anything, () => question(context)).then(() => undefined, (thrown: unknown) => findingOf(what, thrown));
    if (finding !== undefined) findings.push(finding);
    // A refused key, or a platform that does not answer, fails every further question the same way.
    if (finding?.code === 'wrong_key' || finding?.code === 'platform_down') break;
  }
  return findings;
};

const findingOf = (what: string, thrown: unknown): HealthFinding | undefined => {
  if (!(thrown instanceof PlatformError)) throw thrown;
  switch (thrown.code) {
    case 'refused_key':
      return {
        code: 'wrong_key',
        message: 'Chargebee refuses the API key.',
        fix: 'Settings → Configure Chargebee → API Keys: create a full-access key of this very site and set it as apiKey.',
      };
    case 'missing_permission':
      return {
        code: 'missing_permission',
        message: `The API key may not read ${what}.`,
        fix: 'Settings → Configure Chargebee → API Keys: use a full-access key; read-only and publishable ones cannot collect or record.',
      };
    case 'not_found':
      return { code: 'wrong_key', message: 'There is no site of this name.', fix: 'Set site to the part before .chargebee.com in the address of your Chargebee.' };
    case 'rate_limited':
    case 'platform_down':
    case 'unexpected_answer':
    case 'invalid_request':
      break;
  }
  return { code: 'platform_down', message: `Chargebee did not answer a question about ${what}: ${thrown.message}`, fix: 'See status.chargebee.com; the check is repeated by itself.' };
};
