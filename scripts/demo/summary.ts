import type { Delivery as StripeDelivery } from '../../connectors/stripe-billing/fake-platform.js';
import type { Difference, JudgedRow } from './judge.js';
import type { Kill } from './kill-hub.js';
import type { Screen } from './screen.js';
import { wrap } from './text-table.js';

interface Facts {
  readonly rows: readonly JudgedRow[];
  readonly whole: readonly Difference[];
  readonly kills: readonly Kill[];
  readonly elapsed: string;
  readonly deliveries: readonly StripeDelivery[];
  readonly screen: Screen;
}

/** The figures below the table. */
export const summarize = ({ rows, whole, kills, elapsed, deliveries, screen }: Facts): readonly string[] => {
  const right = rows.filter(({ differences }) => differences.length === 0).length;
  const payments = rows.flatMap(({ observed }) => observed.debt?.successes ?? []).length;
  const secondTries = rows.flatMap(({ observed }) => observed.secondTries.map(() => observed.row));
  const approvals = rows.filter(({ observed }) => observed.status?.recoveredBy === 'retry' || observed.status?.recoveredBy === 'card_update');
  const settled = approvals.filter(({ observed }) => observed.status?.settlement.state === 'confirmed');
  const received = rows.flatMap(({ observed }) => observed.deliveries);
  const events = rows.flatMap(({ observed }) => observed.events);
  const genuine = received.filter(({ verified, sameBytes }) => verified && sameBytes);
  const stripeEvents = new Set(deliveries.map(({ eventId }) => eventId)).size;
  const all = right === rows.length && whole.length === 0;
  const lines = [
    screen.paint(all ? 'green' : 'red', `${right} of ${rows.length} rows as expected, in ${elapsed}.`),
    `Debts paid once: ${payments}, paid twice: ${rows.filter(({ observed }) => (observed.debt?.successes.length ?? 0) > 1).length}. `
      + `Second tries: ${secondTries.length}${secondTries.length === 0 ? '' : ` (row ${secondTries.join(', ')})`}. Approvals settled: ${settled.length} of ${approvals.length}.`,
    `Stripe delivered ${stripeEvents} events in ${deliveries.length} requests, some twice, some out of order. `
      + `The merchant received ${events.length} events in ${received.length} requests, ${genuine.length} of them genuine, repeats with the same bytes.`,
    ...kills.map(({ pid, inHand, downMs, missedTarget }, index) =>
      `Kill ${index + 1} (pid ${pid}, away ${(downMs / 1000).toFixed(1)} s)${missedTarget ? ', its own moment had passed' : ''}: in hand ${inHand.join('; ') || 'nothing'}.`),
    ...whole.map(({ what, found, expected }) => screen.paint('red', `${what}: found ${found}, expected ${expected}`)),
  ];
  return lines.flatMap((line) => wrap(line, screen.columns - 1));
};
