/** What has been put up, and how it is taken down again. */
export interface Teardown {
  /** @throws Error when everything was taken down already; `step` has then been run */
  add(step: () => Promise<void>): Promise<void>;
  /** Takes everything down in reverse order; may be called twice, and while more is being put up. */
  strike(): Promise<void>;
}

export const createTeardown = (): Teardown => {
  const steps: (() => Promise<void>)[] = [];
  let striking: Promise<void> | undefined;

  const takeDown = async (): Promise<void> => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step().catch(() => undefined);
  };

  return {
    add: async (step) => {
      if (striking === undefined) {
        steps.push(step);
        return;
      }
      await step();
      throw new Error('The demo was ended while it was still starting.');
    },
    strike: () => (striking ??= takeDown()),
  };
};
