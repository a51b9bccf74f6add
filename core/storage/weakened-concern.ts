/** Names the parts of a MongoDB URI that lower write or read concern or read away from the primary; empty when none does. */
export const weakenedConcern = (uri: string): readonly string[] => {
  const query = uri.split('?')[1] ?? '';
  const options = new URLSearchParams(query);
  const found: string[] = [];
  const allowed: Record<string, readonly string[]> = {
    w: ['majority'],
    journal: ['true'],
    j: ['true'],
    readconcernlevel: ['majority', 'linearizable'],
    readpreference: ['primary'],
  };
  for (const [name, value] of options) {
    const values = allowed[name.toLowerCase()];
    if (values && !values.includes(value.toLowerCase())) found.push(`${name}=${value}`);
  }
  return found;
};
