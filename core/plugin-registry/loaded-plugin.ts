import type { z } from 'zod';
import type { ChargeableToken, ConnectorDefinition, GatewayDefinition, RepeatProtection, TokenReading } from '../connector-kit/index.js';

/** One thing wrong with a config. Never contains a value of it. */
export interface ConfigProblem {
  /** Where: `apiKey`, `gateways[0].type`; empty for the config itself. */
  readonly path: string;
  readonly message: string;
}

/** A parsed config, or everything that is wrong with it. */
export type ParsedConfig =
  { readonly ok: true; readonly config: unknown } | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** What a connector can do, derived from the parts and modes it has. */
export interface ConnectorCapabilities {
  /** `parse` may yield pointers, which `understand` resolves by API. */
  readonly understandsPointers: boolean;
  readonly paymentMethods: 'readable' | 'held_by_platform';
  readonly dunning: 'controllable' | 'merchant_switches_off' | 'harmless';
  readonly settlement: 'platform_detects' | 'recorded';
  readonly reversesSettlements: boolean;
  /** The platform itself can be told to collect: the platform route. */
  readonly collects: boolean;
  readonly listsFailures: boolean;
  readonly setsUpWebhooks: boolean;
}

/** What a gateway can do. */
export interface GatewayCapabilities {
  readonly prepares: boolean;
  readonly revokes: boolean;
  readonly receivesWebhooks: boolean;
}

/** The facts of a loaded connector. `config` is what `parseConfig` returned. */
export interface LoadedConnector {
  readonly id: string;
  readonly displayName: string;
  readonly capabilities: ConnectorCapabilities;
  /** Where the merchant switches the platform's own retries off, if nobody else can. */
  readonly retriesOffAt: string | undefined;
  mode(config: unknown): 'test' | 'live' | 'undeclared';
  /** One webhook URL per topic where the platform wants that; empty otherwise. */
  topics(config: unknown): readonly string[];
  parseConfig(entered: unknown): ParsedConfig;
}

/** The facts of a loaded gateway. `config` is what `parseConfig` returned. */
export interface LoadedGateway {
  readonly id: string;
  readonly displayName: string;
  readonly capabilities: GatewayCapabilities;
  mode(config: unknown): 'test' | 'live';
  /** A token that a merchant wrote as one text; not recognised where the gateway documents no such form. */
  readToken(text: string, config: unknown): TokenReading;
  accepts(token: ChargeableToken, config: unknown): boolean;
  currencies(config: unknown): 'any' | readonly string[];
  protection(config: unknown): RepeatProtection;
  parseConfig(entered: unknown): ParsedConfig;
}

const textsWithin = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsWithin) : [];
};

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${String(step)}]` : text === '' ? String(step) : `${text}.${String(step)}`),
    '',
  );

const configParser =
  (schema: z.ZodType) =>
  (entered: unknown): ParsedConfig => {
    try {
      const parsed = schema.safeParse(entered);
      if (parsed.success) return { ok: true, config: parsed.data };
      // A message that a plugin wrote itself may repeat what was entered.
      const entries = textsWithin(entered)
        .filter((text) => text.length > 3)
        .sort((one, other) => other.length - one.length);
      const told = (message: string): string => entries.reduce((text, entry) => text.replaceAll(entry, '[value]'), message);
      return { ok: false, problems: parsed.error.issues.map((issue) => ({ path: pathOf(issue.path), message: told(issue.message) })) };
    } catch {
      return {
        ok: false,
        problems: [{ path: '', message: 'the config schema of the plugin itself failed; it must parse synchronously and not throw' }],
      };
    }
  };

/** The facts of a connector. */
export const loadedConnector = (definition: ConnectorDefinition<unknown, unknown>): LoadedConnector =>
  Object.freeze({
    id: definition.id,
    displayName: definition.displayName,
    capabilities: Object.freeze({
      understandsPointers: definition.understand !== undefined,
      paymentMethods: definition.paymentMethods.mode,
      dunning: definition.dunning.mode,
      settlement: definition.settlement.mode,
      reversesSettlements: definition.settlement.mode === 'recorded' && definition.settlement.reverse !== undefined,
      collects: definition.collection !== undefined,
      listsFailures: definition.failures !== undefined,
      setsUpWebhooks: definition.setup !== undefined,
    }),
    retriesOffAt: definition.dunning.mode === 'merchant_switches_off' ? definition.dunning.how : undefined,
    mode: (config: unknown) => definition.mode(config),
    topics: (config: unknown) => definition.webhook.topics?.(config) ?? [],
    parseConfig: configParser(definition.configSchema),
  });

/** The facts of a gateway. */
export const loadedGateway = (definition: GatewayDefinition<unknown, unknown>): LoadedGateway =>
  Object.freeze({
    id: definition.id,
    displayName: definition.displayName,
    capabilities: Object.freeze({
      prepares: definition.prepare !== undefined,
      revokes: definition.revoke !== undefined,
      receivesWebhooks: definition.webhook !== undefined,
    }),
    mode: (config: unknown) => definition.mode(config),
    readToken: (text: string, config: unknown) => definition.readToken?.(text, config) ?? { recognised: false },
    accepts: (token: ChargeableToken, config: unknown) => definition.accepts(token, config),
    currencies: (config: unknown) => definition.currencies?.(config) ?? 'any',
    protection: (config: unknown) => definition.protection(config),
    parseConfig: configParser(definition.configSchema),
  });
