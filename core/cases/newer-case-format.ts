/** A newer version of the hub wrote the case: that version hears its signals. */
export class NewerCaseFormat extends Error {
  override readonly name = 'NewerCaseFormat';
  constructor(caseId: string, format: number) {
    super(`Case ${caseId} has format ${String(format)}, written by a newer version of the hub; that version hears its signals.`);
  }
}
