import type { SettingProblem } from '../../core/configuration/index.js';

/** The command line asks for something that cannot be meant: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The environment is wrong: exit code 1. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
  readonly problems: readonly SettingProblem[];
  constructor(problems: readonly SettingProblem[]) {
    super('The settings are wrong.');
    this.problems = problems;
  }
}
