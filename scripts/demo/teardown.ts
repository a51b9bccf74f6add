/** What has been put up, and how it is taken down again. */
export interface Teardown {
  /** @throws Error when everything was taken down already; `step` has then been run */
  add(step: () => Promise<void>): Promise<void>;
  /** Adds what is left to the very end, when nobody puts up anything any more. */
  addLast(step: () => Promise<void>): void;
  /** Takes down in reverse order; may be called twice, and while more is being put up. */
  strike(): Promise<void>;
  /** As `strike`, and then what was left to the end. */
  finish(): Promise<void>;
}

const run = async (steps: (() => Promise<void>)[]): Promise<void> => {
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step().catch(() => undefined);
};

export const createTeardown = (): Teardown => {
  const steps: (() => Promise<void>)[] = [];
  const lastSteps: (() => Promise<void>)[] = [];
  let striking: Promise<void> | undefined;
  const strike = (): Promise<void> => (striking ??= run(steps));

  return {
    add: async (step) => {
      if (striking === undefined) {
        steps.push(step);
        return;
      }
      await step();
      throw new Error('The demo was ended.');
    },
    addLast: (step) => void lastSteps.push(step),
    strike,
    finish: async () => {
      await strike();
      await run(lastSteps);
    },
  };
};
