/** Collects an option that may be given several times. */
export const many = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
