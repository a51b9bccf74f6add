/**
 * The version of this contract. A plugin states the one it was written for in its `contract` member. While it is `0.x` a plugin must have the same minor
 * version; from `1.0.0` on the same major version and no newer minor.
 */
export const CONTRACT_VERSION = '0.1.0';
