import type { MoneyRequest } from '../../connectors/stripe-billing/fake-platform.js';
import type { Observed } from './observe.js';

/** What came of one of our charges, in a word. */
export const resultOf = (request: MoneyRequest): string => {
  if (request.secondTry === 'after_success' && request.status === 400) return 'already paid';
  if (request.ended === 'dropped') return 'paid, no reply';
  if (request.ended === 'open') return 'under way';
  if (request.ended === 'client_left' && request.result !== 'succeeded') return 'caller gone';
  switch (request.result) {
    case 'succeeded': return request.ended === 'client_left' ? 'paid, caller gone' : 'paid';
    case 'declined': return 'declined';
    case 'requires_action': return 'asks for the customer';
    case 'refused': return 'refused';
    case 'not_applied':
    case null: return 'not applied';
  }
};

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** A moment of hub time for people: `Fri 27 Nov 10:04`, UTC. */
export const shortTime = (time: Date): string =>
  `${days[time.getUTCDay()]} ${two(time.getUTCDate())} ${months[time.getUTCMonth()]} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;

/** What has happened to a row between two looks, a line each. */
export const happenings = (before: Observed | undefined, now: Observed): readonly string[] => {
  const lines: string[] = [];
  const was = new Map((before?.charges ?? []).map((request) => [request.requestId, resultOf(request)]));
  now.charges.forEach((request, index) => {
    const result = resultOf(request);
    if (was.get(request.requestId) !== result) lines.push(`attempt ${index + 1}: ${result}`);
  });
  const planned = now.plannedFor.at(-1);
  if (planned !== undefined && planned.getTime() !== before?.plannedFor.at(-1)?.getTime()) lines.push(`next attempt planned for ${shortTime(planned)}`);
  if (now.status !== undefined && now.status.status !== before?.status?.status) lines.push(`status ${now.status.status}`);
  if (before !== undefined && now.debt !== undefined && now.debt.invoiceStatus !== before.debt?.invoiceStatus) lines.push(`invoice ${now.debt.invoiceStatus}`);
  for (const delivery of now.deliveries.slice(before?.deliveries.length ?? 0)) {
    lines.push(`merchant receives ${delivery.event}, ${delivery.verified ? 'both signatures right' : 'SIGNATURE WRONG'}${delivery.refused ? ', answers 503 this once' : ''}`);
  }
  return lines;
};
