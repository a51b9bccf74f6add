import { parseSync } from '@swc/core';

/** A node of a syntax tree of swc. */
export interface SyntaxNode {
  readonly type: string;
  readonly [member: string]: unknown;
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const childrenOf = (value: object): readonly unknown[] => Object.values(value);

const visitAll = (value: unknown, visit: (node: SyntaxNode) => 'deeper' | 'enough'): void => {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value) && visit(value) === 'enough') return;
  for (const child of childrenOf(value)) visitAll(child, visit);
};

/**
 * Every node of a TypeScript source, outer nodes first.
 * @param enter whether to look into a node that was given out; by default into all
 */
export const nodesOf = (text: string, enter: (node: SyntaxNode) => 'deeper' | 'enough' = () => 'deeper'): readonly SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  visitAll(parseSync(text, { syntax: 'typescript', target: 'es2022' }).body, (node) => {
    found.push(node);
    return enter(node);
  });
  return found;
};

const wrappers = new Set(['ParenthesisExpression', 'TsAsExpression', 'TsNonNullExpression', 'TsSatisfiesExpression', 'TsConstAssertion', 'TsTypeAssertion']);

/** The expression itself, without brackets, casts and question marks around it. */
export const bare = (value: unknown): SyntaxNode | undefined => {
  if (!isNode(value)) return undefined;
  if (wrappers.has(value.type)) return bare(value['expression']);
  return value.type === 'OptionalChainingExpression' ? bare(value['base']) : value;
};

/** The text of a string literal, or of a template without holes. */
export const literalOf = (value: unknown): string | undefined => {
  const node = bare(value);
  if (node?.type === 'StringLiteral' && typeof node['value'] === 'string') return node['value'];
  if (node?.type !== 'TemplateLiteral') return undefined;
  const { quasis, expressions } = node;
  if (!Array.isArray(quasis) || !Array.isArray(expressions) || expressions.length > 0) return undefined;
  const [only]: readonly unknown[] = quasis;
  return isNode(only) && typeof only['cooked'] === 'string' ? only['cooked'] : undefined;
};

/** The name a member is read by: `a` of `x.a`, `x['a']` and `x?.a`. */
export const memberOf = (value: unknown): string | undefined => {
  const node = bare(value);
  const property = node?.type === 'MemberExpression' ? node['property'] : undefined;
  if (!isNode(property)) return undefined;
  return property.type === 'Computed' ? literalOf(property['expression']) : identifierOf(property);
};

export const identifierOf = (value: unknown): string | undefined => {
  const node = bare(value);
  return node?.type === 'Identifier' && typeof node['value'] === 'string' ? node['value'] : undefined;
};

/** The last name of a chain: `a` of `a`, `x.a` and `x?.y.a`. */
export const lastNameOf = (value: unknown): string | undefined => identifierOf(value) ?? memberOf(value);
