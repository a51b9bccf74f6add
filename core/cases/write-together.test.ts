import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowOf, startCaseBench, type CaseBench } from '../../test/support/case-bench.js';
import { writes, type CaseDocument } from './index.js';

describe('writes of many cases asked for in one turn', () => {
  let bench: CaseBench;
  let count = 0;
  beforeAll(async () => { bench = await startCaseBench('write_together'); });
  afterAll(() => bench.stop());

  const heldCases = async (how: number): Promise<readonly CaseDocument[]> => {
    count += 1;
    return Promise.all(Array.from({ length: how }, (_, n) => bench.held(`together-${String(count)}-${String(n)}`)));
  };
  const attempt = (document: CaseDocument) => writes.attempt(document, rowOf(document, 1, bench.clock.hubNow()), undefined);
  const steal = (document: CaseDocument) => bench.cases.collection.updateOne({ _id: document._id }, { $set: { holder: 'another' }, $inc: { fence: 1 } });

  it('are each answered with their own document', async () => {
    const held = await heldCases(30);
    const written = await Promise.all(held.map((document) => bench.cases.write(attempt(document))));
    for (const [n, answer] of written.entries()) {
      expect(answer).toMatchObject({ status: 'written', document: { _id: held[n]?._id, status: 'attempting', attempts: [{ n: 1, key: `${held[n]?._id ?? ''}-1` }] } });
    }
  });

  it('tell the one that lost its hold from its neighbours', async () => {
    const held = await heldCases(12);
    const victims = [held[3], held[7]].filter((one) => one !== undefined);
    await Promise.all(victims.map(steal));
    const answers = await Promise.all(held.map((document) => bench.cases.write(attempt(document))));
    expect(answers.map(({ status }) => status)).toEqual(held.map((document) => (victims.includes(document) ? 'lost' : 'written')));
    for (const victim of victims) expect((await bench.get(victim._id)).attempts).toEqual([]);
  });

  it('match once however often they are repeated', async () => {
    const held = await heldCases(5);
    const together = () => Promise.all(held.map((document) => bench.cases.write(attempt(document))));
    expect((await together()).map(({ status }) => status)).toEqual(held.map(() => 'written'));
    expect((await together()).map(({ status }) => status)).toEqual(held.map(() => 'lost'));
    for (const document of held) expect((await bench.get(document._id)).attempts).toHaveLength(1);
  });

  it('tell the right to charge that another case has', async () => {
    const held = await heldCases(6);
    const right = (document: CaseDocument, n: number) => writes.takeRight(document, [n === 1 || n === 4 ? `contested-${String(count)}` : `right-${document._id}`]);
    const answers = await Promise.all(held.map((document, n) => bench.cases.write(right(document, n))));
    expect(answers.map(({ status }) => status).filter((_, n) => n !== 1 && n !== 4)).toEqual(['written', 'written', 'written', 'written']);
    expect(new Set([answers[1]?.status, answers[4]?.status])).toEqual(new Set(['duplicate', 'written']));
  });

  it('keep the fence of another out of the hands of whoever lost a case right after its write', async () => {
    const held = await heldCases(4);
    const { collection } = bench.cases;
    const find = collection.find.bind(collection);
    const first = held[0];
    if (!first) throw new Error('no case');
    let stolen: Promise<unknown> | undefined;
    Object.assign(collection, {
      find: (...args: Parameters<typeof find>) => {
        const cursor = find(...args);
        return { toArray: async () => { stolen ??= steal(first); await stolen; return cursor.toArray(); } };
      },
    });
    try {
      const answers = await Promise.all(held.map((document) => bench.cases.write(attempt(document))));
      expect(answers.map(({ status }) => status)).toEqual(['lost', 'written', 'written', 'written']);
    } finally { Object.assign(collection, { find }); }
  });

  it('release a case although another process claims it at once', async () => {
    const held = await heldCases(4);
    const release = (document: CaseDocument) => writes.release(document, { due: { step: bench.clock.hubNow() }, signalIds: [], watched: true });
    expect((await Promise.all(held.map((document) => bench.cases.write(release(document))))).map(({ status }) => status)).toEqual(held.map(() => 'written'));
    for (const document of held) expect(await bench.get(document._id)).toMatchObject({ holder: null });
  });

  it('answer two writes of one case as if they were said one after the other', async () => {
    const [one, two] = await heldCases(2);
    if (!one || !two) throw new Error('no cases');
    const answers = await Promise.all([bench.cases.write(attempt(one)), bench.cases.write(attempt(two)), bench.cases.write(attempt(one))]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['lost', 'written', 'written']);
    expect((await bench.get(one._id)).attempts).toHaveLength(1);
  });
});
