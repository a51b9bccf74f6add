/**
 * configuration: what the operator set in the environment, read once and checked whole.
 * Promises that every bad setting is reported at once with its fix, that no secret's value is shown, and that production generates nothing.
 * Must not know any other room but storage, which says what a MongoDB URI weakens: it tells what was asked for, not what is done with it.
 */
export { readSettings, type SettingsResult } from './read-settings.js';
export { loadSettings } from './load-settings.js';
export type { EncryptionKey, HubEnvironment, HubRole, LogLevel, Settings } from './settings.js';
export type { SettingProblem } from './setting-problem.js';
export { renderProblems } from './render-problems.js';
export { generateDevelopmentSecrets, type DevelopmentSecrets } from './development-secrets.js';
export { productionRequirements, type ProductionRequirement } from './production-requirements.js';
export { listenUrl } from './listen-url.js';
