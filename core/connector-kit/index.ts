export type * from './contract.js';
export { defineConnector } from './define-connector.js';
export { defineGateway } from './define-gateway.js';
export { PlatformError, type PlatformErrorCode, type PlatformErrorDetails, type Reached } from './platform-error.js';
export { isSecretSchema, secret, sealSecret, type Secret } from './secret.js';
