/** Prints the totals of a run in one plain line, for those who read logs by machine. */
module.exports = class ClosingLine {
  onRunComplete(_contexts, results) {
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numRuntimeErrorTestSuites: broken } = results;
    process.stdout.write(`\nTests: ${passed} passed, ${failed + broken} failed, ${skipped} skipped\n`);
  }
};
