/** The id of a reference; the fake stores references unexpanded. */
export const refOf = (reference: string | { readonly id: string } | null | undefined): string | null => {
  if (reference === null || reference === undefined) return null;
  return typeof reference === 'string' ? reference : reference.id;
};
