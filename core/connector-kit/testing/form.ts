/** What a form-encoded request says: strings, lists and hashes of them. */
export type FormValue = string | FormValue[] | Form;
export interface Form {
  [name: string]: FormValue;
}

const emptyForm = (): Form => Object.create(null) as Form;

const segmentsOf = (name: string): string[] => {
  const open = name.indexOf('[');
  if (open < 0) return [name];
  const inner = name.slice(open + 1).replace(/\]$/, '');
  return [name.slice(0, open), ...inner.split('][')];
};

const isForm = (value: FormValue | undefined): value is Form => typeof value === 'object' && !Array.isArray(value);

const place = (form: Form, segments: readonly string[], value: string): void => {
  const [head, ...rest] = segments;
  if (head === undefined) return;
  const name = head === '' ? String(Object.keys(form).length) : head;
  if (rest.length === 0) {
    form[name] = value;
    return;
  }
  const existing = form[name];
  const child = isForm(existing) ? existing : emptyForm();
  form[name] = child;
  place(child, rest, value);
};

/** Hashes whose names are 0, 1, 2 … are lists, unless their names are free. */
const listsOf = (value: FormValue, name: string, free: readonly string[]): FormValue => {
  if (!isForm(value) || free.includes(name)) return value;
  const names = Object.keys(value);
  for (const child of names) value[child] = listsOf(value[child] ?? '', child, free);
  const isList = names.length > 0 && names.every((child) => /^\d+$/.test(child));
  return isList ? names.sort((a, b) => Number(a) - Number(b)).map((child) => value[child] ?? '') : value;
};

/**
 * Reads `a=1&metadata[x]=y&expand[0]=z`, in a body or a query string.
 * @param free - Hashes whose names the caller chooses: they stay hashes even when all their names are numbers.
 */
export const parseForm = (text: string, free: readonly string[] = []): Form => {
  const form = emptyForm();
  for (const [name, value] of new URLSearchParams(text)) place(form, segmentsOf(name), value);
  for (const name of Object.keys(form)) form[name] = listsOf(form[name] ?? '', name, free);
  return form;
};
