import type { Log, PluginIo } from '../../connector-kit/index.js';
import { PluginAgent, type AgentSettings } from './plugin-agent.js';
import { createPluginFetch } from './plugin-fetch.js';

export { deadlinePassed, forbidden, tooLate } from './io-errors.js';
export { reachedBy, runInCall, writesUnder, type PluginCall, type RequestRecord } from './plugin-call.js';
export { createRateBudget, type RateBudget, type RateLimits } from './rate-budget.js';
export { rejectedBy } from './rejected-by.js';
export { isLoopback, type RequestRules } from './request-rules.js';
export type { AgentSettings } from './plugin-agent.js';

/** The only sockets of one account of a plugin. */
export const createPluginIo = (settings: AgentSettings, log: Log): PluginIo => {
  const agent = new PluginAgent(settings);
  return Object.freeze({ agent, fetch: createPluginFetch(agent, settings.maxAnswerBytes), log });
};
