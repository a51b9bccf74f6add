import { expect, it, jest } from '@jest/globals';
import { processWorldHeld, renderProcessWorld, runProcessWorlds } from './run-process-worlds.js';

jest.setTimeout(400_000);

it('holds every law in three worlds of OS processes', async () => {
  const ends = await runProcessWorlds({ seeds: [1, 2, 3], lanes: 3 });
  expect(ends.filter((end) => !processWorldHeld(end)).flatMap(renderProcessWorld)).toEqual([]);
  expect(ends).toHaveLength(3);
});
