import type { SettingProblem } from '../../core/configuration/index.js';

/** The command line asks for something that cannot be meant: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The hub does not do what it was asked, or has not yet; `code` says why in a word: exit code 1. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
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
