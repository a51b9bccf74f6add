/** One thing wrong with one of the catalogue's files. */
export interface CatalogueProblem {
  readonly file: string;
  /** Which row, in words: `row 12 (visa/51)`, or `the file`. */
  readonly row: string;
  readonly found: string;
  readonly expected: string;
}

/** Thrown once at start with everything that is wrong in the catalogue's files. */
export class DeclineCatalogueError extends Error {
  readonly problems: readonly CatalogueProblem[];

  constructor(problems: readonly CatalogueProblem[]) {
    const lines = problems.map((problem) => `  ${problem.file}, ${problem.row}: found ${problem.found}; expected ${problem.expected}`);
    super(
      `The decline catalogue has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}. ` +
        `Correct the files in core/declines, or restore them from the release:\n${lines.join('\n')}`,
    );
    this.name = 'DeclineCatalogueError';
    this.problems = problems;
  }
}
