import { ulid } from 'ulid';
import type { CaseDocument } from '../../../core/cases/index.js';
import type { Template } from './template-cases.js';

/** Copies a value with other ids in its texts and its dates moved. */
const copied = (value: unknown, renamed: ReadonlyMap<string, string>, movedMs: number): unknown => {
  if (typeof value === 'string') {
    let text = value;
    for (const [from, to] of renamed) if (text.includes(from)) text = text.replaceAll(from, to);
    return text;
  }
  if (value instanceof Date) return new Date(value.getTime() + movedMs);
  if (Array.isArray(value)) return value.map((one) => copied(one, renamed, movedMs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copied(one, renamed, movedMs)]));
};

/** Another case like the template's, and its card's ledger: other ids, another card, due at `nextAt` with everything before it as long ago as it was then. */
export const cloneCase = (template: Template, nextAt: Date): Template => {
  const { document, ledger } = template;
  const caseId = ulid();
  const cardKey = document.method?.cardKey ?? '';
  const renamed = new Map([
    [document._id, caseId],
    [document.invoiceId ?? '', `INV-${caseId}`],
    [document.idempotencyKey ?? '', `order-${caseId}`],
    [cardKey, `${cardKey.slice(0, -26)}${caseId}`],
  ].filter((pair): pair is [string, string] => pair[0] !== ''));
  const movedMs = nextAt.getTime() - (document.nextAt?.getTime() ?? 0);
  return {
    document: copied(document, renamed, movedMs) as CaseDocument,
    ledger: copied(ledger, renamed, movedMs) as Template['ledger'],
  };
};
