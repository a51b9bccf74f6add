/** The plugin contract, version `CONTRACT_VERSION`. Rules that types cannot say stand at the members they bind, by the number under which they are known. */
export type * from './charging.js';
export type * from './connector.js';
export type * from './gateway.js';
export type * from './health.js';
export type * from './plugin-io.js';
export type * from './values.js';
export type * from './webhook.js';
