import { describe, expect, it } from '@jest/globals';
import { boxOf } from './boxes.js';
import { createCanonical } from './canonical.js';
import { laterInPause } from './long-pause.js';
import { waysOf } from './ways.js';
import type { World } from './world.js';

describe('the polls of a long pause', () => {
  it.each(['search_only', 'key', 'collection'] as const)('lead, taken one by one without a fault, to where they are left out: %s', async (kind) => {
    const box = boxOf(kind, { crashes: 1, operators: 1, declines: 1 });
    const ways = waysOf(box);
    const canonical = createCanonical(box);
    const seen = new Set([canonical.keyOf(ways.first)]);
    const queue: World[] = [ways.first];
    let compared = 0;
    for (let world = queue.shift(); world !== undefined && compared < 6; world = queue.shift()) {
      const later = laterInPause(world, Number.POSITIVE_INFINITY);
      if (later) {
        compared += 1;
        let polled: World | undefined = { ...world, now: world.cases[0]?.nextAt?.getTime() ?? 0 };
        while (polled && polled.now < later.last.now) {
          // the claim and the release of a case that may not charge, and whatever it reads between them
          do {
            const step: Awaited<ReturnType<typeof ways.from>>[number] | undefined = (await ways.from(polled)).find(({ name, kind: what }) => what === 'step' && !name.startsWith('charges'));
            polled = await step?.to;
          } while (polled && polled.workers.some(({ at }) => at !== 'idle'));
          if (polled) polled = { ...polled, now: polled.cases[0]?.nextAt?.getTime() ?? 0 };
        }
        expect(polled && canonical.keyOf(polled)).toBe(canonical.keyOf(later.last));
      }
      for (const { to } of await ways.from(world)) {
        const after = await to;
        const key = canonical.keyOf(after);
        if (!seen.has(key)) { seen.add(key); queue.push(after); }
      }
    }
    expect(compared).toBeGreaterThan(3);
  }, 60_000);
});
