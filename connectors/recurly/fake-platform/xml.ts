/** One element; children, text, or null where it has no value. */
export interface Element {
  readonly name: string;
  readonly content: readonly Element[] | string | null;
  readonly attributes?: Readonly<Record<string, string>>;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);

/** How an element without value is written: fact('notification.xml_nil') */
export type EmptyStyle = 'nil' | 'empty';

const written = ({ name, content, attributes = {} }: Element, empty: EmptyStyle, indent: string): string => {
  const all = content === null && empty === 'nil' ? { ...attributes, nil: 'true' } : attributes;
  const opening = Object.entries(all).map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`).join('');
  if (content === null || content === '') return `${indent}<${name}${opening}></${name}>\n`;
  if (typeof content === 'string') return `${indent}<${name}${opening}>${escaped(content)}</${name}>\n`;
  return `${indent}<${name}${opening}>\n${content.map((child) => written(child, empty, `${indent}  `)).join('')}${indent}</${name}>\n`;
};

export const documentOf = (root: Element, empty: EmptyStyle): string => `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, empty, '')}`;

export const text = (name: string, content: string | null): Element => ({ name, content });
export const integer = (name: string, value: number): Element => ({ name, content: String(value), attributes: { type: 'integer' } });
export const boolean = (name: string, value: unknown): Element => ({ name, content: value === true ? 'true' : 'false', attributes: { type: 'boolean' } });
export const datetime = (name: string, value: Date | null): Element => ({
  name, content: value === null ? null : `${value.toISOString().slice(0, 19)}Z`, attributes: { type: 'datetime' },
});
export const group = (name: string, content: readonly Element[]): Element => ({ name, content });
export const list = (name: string, content: readonly Element[]): Element => ({ name, content, attributes: { type: 'array' } });
