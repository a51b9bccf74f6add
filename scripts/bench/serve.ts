import { z } from 'zod';

const question = z.object({ id: z.number(), command: z.string(), facts: z.unknown() });

/** Answers the process that started this one until that goes away; then `close`, and the end. */
export const serve = (commands: Readonly<Record<string, (facts: unknown) => Promise<unknown>>>, close: () => Promise<void>): void => {
  const answer = async (message: unknown): Promise<void> => {
    const { id, command, facts } = question.parse(message);
    const run = commands[command];
    try {
      if (!run) throw new Error(`There is no command ${command}`);
      process.send?.({ id, value: await run(facts) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.stack ?? error.message : String(error) });
    }
  };
  process.on('message', (message) => { void answer(message); });
  process.once('disconnect', () => {
    close().then(() => process.exit(0), () => process.exit(1));
  });
};
