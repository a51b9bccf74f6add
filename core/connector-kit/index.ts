/**
 * The public door for plugin authors: the contract, how to declare a plugin, and what every connector needs (money, proofs, secrets, errors).
 * Promises: a leaf that can be published alone; values are plain data; nothing here reads clocks, files, environment or network.
 * Must not know: any room of core, any platform.
 */
export type { ConfigOf, InputOf } from './config-types.js';
export { CONTRACT_VERSION } from './contract-version.js';
export type * from './contract.js';
export { defineConnector } from './define-connector.js';
export { defineGateway } from './define-gateway.js';
export { definePlugins, type PluginEntry, type PluginList, type PluginLoader } from './define-plugins.js';
export { currencyCode, exponentOf, formatDecimal, InexactAmount, moneyOf, parseDecimal, UnknownCurrency } from './money.js';
export { OWN_ACCOUNT } from './own-account.js';
export { PlatformError, platformErrorWithin, type PlatformErrorCode, type PlatformErrorDetails, type Reached } from './platform-error.js';
export { isSecret, isSecretSchema, secret, sealSecret, type Secret } from './secret.js';
export { checkBasic, equalInConstantTime, provesHmac, timeInWindow, type HmacProof, type ProofWindow } from './webhook-proof.js';
