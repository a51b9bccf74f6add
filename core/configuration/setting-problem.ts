/** One thing wrong with the environment. Whole sentences are made of it by `renderProblems`; no member ever holds a secret's value. */
export interface SettingProblem {
  readonly variable: string;
  readonly found: string;
  readonly expected: string;
  /** What to do, as an instruction; a line of its own beginning with `export ` is a command to copy. */
  readonly fix: string;
}
