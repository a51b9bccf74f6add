/** What can be wrong with a plugin. */
export type PluginProblemCode =
  | 'HUB_PLUGIN_IMPORT_FAILED'
  | 'HUB_PLUGIN_NOT_DEFINED'
  | 'HUB_PLUGIN_ID_MISMATCH'
  | 'HUB_PLUGIN_CONTRACT_MISMATCH'
  | 'HUB_PLUGIN_PART_MISSING'
  | 'HUB_PLUGIN_CONFIG_LOOSE'
  | 'HUB_PLUGIN_LOAD_TIMEOUT';

/** One problem of one plugin. */
export interface PluginProblem {
  readonly code: PluginProblemCode;
  readonly kind: 'connector' | 'gateway';
  readonly pluginId: string;
  /** Its line in the plugin list and, where it can be told, its file. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;
  /** The original error. */
  readonly cause?: unknown;
}

const tell = (problem: PluginProblem): string =>
  [
    `${problem.code} ${problem.kind} ${problem.pluginId} (${problem.where})`,
    `  found:    ${problem.found}`,
    `  expected: ${problem.expected}`,
    `  fix:      ${problem.fix}`,
  ].join('\n');

/** Every problem of every plugin that could not be loaded. */
export class PluginLoadError extends AggregateError {
  override readonly name = 'PluginLoadError';
  readonly problems: readonly PluginProblem[];

  constructor(problems: readonly PluginProblem[]) {
    const causes = problems.flatMap((problem) => (problem.cause === undefined ? [] : [problem.cause]));
    const count = problems.length === 1 ? '1 problem' : `${String(problems.length)} problems`;
    super(causes, [`The plugins could not be loaded: ${count}.`, ...problems.map(tell)].join('\n'));
    this.problems = problems;
  }
}
