/** A record that a newer version of the hub wrote. This one leaves it alone: a process of that version serves it. */
export class NewerFormat extends Error {
  override readonly name = 'NewerFormat';
}

/** @throws NewerFormat when this version does not know how the record is written */
export const requireKnownFormat = (what: string, { _id, v }: { readonly _id: string; readonly v: number }): void => {
  if (v !== 1) throw new NewerFormat(`${what} ${_id} has format ${String(v)}, written by a newer version of the hub. Processes of that version serve it; update this one.`);
};
