/** A body as it came, loosely: tests look at its members by path. */
export interface Body {
  readonly [member: string]: unknown;
}

/** What a bare client was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty where the text is no JSON object. */
  readonly body: Body;
}

const objectIn = (text: string): Body => {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? (read as Body) : {};
  } catch {
    return {};
  }
};

/** Reads a response to its end. */
export const answeredOf = async (response: Response): Promise<Answered> => {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: objectIn(text) };
};

/** The member of a body under this path, such as `invoice.lines.0.id`; undefined where there is none. */
export const at = (body: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), body);
