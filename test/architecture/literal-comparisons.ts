import { bare, identifierOf, isNode, lastNameOf, literalOf, memberOf, nodesOf, type SyntaxNode } from './syntax.js';

/** Names whose value is a plugin's: what they hold is for plugins to know. */
const names = new Set(['connector', 'connectorId', 'gateway', 'gatewayId', 'gatewayType', 'platform', 'platformId', 'pluginId', 'system', 'slug']);
const holdsGateway = /gateway|account/i;
const equality = new Set(['===', '!==', '==', '!=']);
const asksText = new Set(['startsWith', 'endsWith', 'includes', 'match', 'search', 'localeCompare']);

/** The name of a plugin's id in an expression, if it is one: `connectorId`, `case.platform`, `gatewayAccount.type`. */
const pluginName = (value: unknown): string | undefined => {
  const node = bare(value);
  const name = lastNameOf(node);
  if (node === undefined || name === undefined) return undefined;
  const holder = node.type === 'MemberExpression' ? node['object'] : undefined;
  // the operating system's
  if (identifierOf(holder) === 'process') return undefined;
  if (names.has(name)) return name;
  return name === 'type' && holdsGateway.test(lastNameOf(holder) ?? '') ? `${lastNameOf(holder) ?? ''}.type` : undefined;
};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The text of a literal, of any literal in a list, or of a pattern. */
const literalIn = (value: unknown): string | undefined => {
  const node = bare(value);
  if (node?.type === 'RegExpLiteral') return `/${String(node['pattern'])}/`;
  if (node?.type === 'NewExpression') return list(node['arguments']).map(argument).map(literalIn).find((text) => text !== undefined);
  if (node?.type !== 'ArrayExpression') return literalOf(value);
  return list(node['elements']).map(argument).map(literalOf).find((text) => text !== undefined);
};

const argument = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'expression' in value ? value.expression : undefined);

const inBinary = (node: SyntaxNode): string | undefined => {
  if (!equality.has(String(node['operator']))) return undefined;
  const { left, right } = node;
  const name = pluginName(left) ?? pluginName(right);
  const literal = literalOf(left) ?? literalOf(right);
  return name !== undefined && literal !== undefined ? `${name} ${String(node['operator'])} '${literal}'` : undefined;
};

const inSwitch = (node: SyntaxNode): string | undefined => {
  const name = pluginName(node['discriminant']);
  const literal = list(node['cases']).map((one) => (isNode(one) ? literalOf(one['test']) : undefined)).find((text) => text !== undefined);
  return name !== undefined && literal !== undefined ? `switch (${name}) case '${literal}'` : undefined;
};

/** `['a'].includes(platform)`, `new Set(['a']).has(platform)`, `/a/.test(platform)`, `platform.startsWith('a')`. */
const inCall = (node: SyntaxNode): string | undefined => {
  const method = memberOf(node['callee']);
  const object = bare(node['callee'])?.['object'];
  const [first] = list(node['arguments']).map(argument);
  if (method === undefined) return undefined;
  const asked = pluginName(first);
  const among = literalIn(object);
  if (asked !== undefined && among !== undefined) return `'${among}'.${method}(${asked})`;
  const asking = pluginName(object);
  const text = literalIn(first);
  return asking !== undefined && text !== undefined && asksText.has(method) ? `${asking}.${method}('${text}')` : undefined;
};

/** `{ a: 1 }[platform]` */
const inLookUp = (node: SyntaxNode): string | undefined => {
  const property = node['property'];
  const name = isNode(property) && property.type === 'Computed' ? pluginName(property['expression']) : undefined;
  return name !== undefined && bare(node['object'])?.type === 'ObjectExpression' ? `{…}[${name}]` : undefined;
};

const inNode = (node: SyntaxNode): string | undefined => {
  switch (node.type) {
    case 'BinaryExpression': return inBinary(node);
    case 'SwitchStatement': return inSwitch(node);
    case 'CallExpression': return inCall(node);
    case 'MemberExpression': return inLookUp(node);
    default: return undefined;
  }
};

/** Where a source compares the id of a plugin, a platform or a decline system with a literal, as short code. */
export const literalComparisons = (text: string): readonly string[] => nodesOf(text).map(inNode).filter((found) => found !== undefined);
