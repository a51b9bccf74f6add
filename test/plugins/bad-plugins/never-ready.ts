await new Promise(() => undefined);

export const connector = {};
