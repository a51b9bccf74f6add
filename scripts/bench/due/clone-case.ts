import { ulid } from 'ulid';
import { cardKeyOf } from '../../../core/cards/index.js';
import type { CaseDocument } from '../../../core/cases/index.js';
import type { Vault } from '../../../core/clients/index.js';
import type { ChargeableToken } from '../../../core/connector-kit/index.js';
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

/** The names by which a copy differs from its template. */
interface Names { readonly caseId: string; readonly cardKey: string; readonly sealed: string }

const copyWith = ({ document, ledger }: Template, names: Names, nextAt: Date): Template => {
  const renamed = new Map([
    [document._id, names.caseId],
    [document.invoiceId ?? '', `INV-${names.caseId}`],
    [document.idempotencyKey ?? '', `order-${names.caseId}`],
    [document.method?.cardKey ?? '', names.cardKey],
    [document.method?.sealed ?? '', names.sealed],
  ].filter((pair): pair is [string, string] => pair[0] !== '' && pair[0] !== pair[1]));
  const movedMs = nextAt.getTime() - (document.nextAt?.getTime() ?? 0);
  return {
    document: copied(document, renamed, movedMs) as CaseDocument,
    ledger: copied(ledger, renamed, movedMs) as Template['ledger'],
  };
};

/** Another case like the template's that only waits: it looks like any other and is never worked on. */
export const cloneWaiting = (template: Template, nextAt: Date): CaseDocument => {
  const caseId = ulid();
  const { cardKey = '', sealed = '' } = template.document.method ?? {};
  return copyWith(template, { caseId, cardKey: `${cardKey.slice(0, -26)}${caseId}`, sealed }, nextAt).document;
};

/**
 * Another case like the template's, and its card's ledger: other ids, another card, which approves, due at `nextAt` with everything before it as long ago as it was then.
 */
export const cloneDue = (template: Template, nextAt: Date, vault: Vault): Template => {
  const { clientId, method } = template.document;
  const caseId = ulid();
  const context = `token/${clientId}`;
  const token: ChargeableToken = { ...JSON.parse(vault.open(method?.sealed ?? '', context)) as ChargeableToken, methodRef: `tok_${caseId}` };
  return copyWith(template, { caseId, cardKey: cardKeyOf(token, (text) => vault.digest(text)), sealed: vault.seal(JSON.stringify(token), context) }, nextAt);
};
