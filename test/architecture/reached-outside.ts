import { bare, identifierOf, isNode, memberOf, nodesOf, type SyntaxNode } from './syntax.js';

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const sourceOf = (node: SyntaxNode): string | undefined => {
  const source = node['source'];
  return isNode(source) && typeof source['value'] === 'string' ? source['value'] : undefined;
};

const importsNamed = (node: SyntaxNode, name: string): boolean =>
  list(node['specifiers']).some((one) => isNode(one) && (identifierOf(one['imported']) ?? identifierOf(one['local'])) === name);

const takesApart = (node: SyntaxNode, object: string, member: string): boolean => {
  const pattern = node['id'];
  if (identifierOf(node['init']) !== object || !isNode(pattern) || pattern.type !== 'ObjectPattern') return false;
  return list(pattern['properties']).some((one) => isNode(one) && identifierOf(one['key']) === member);
};

/** Whether a source reads the environment of the process, by whatever spelling. */
export const readsEnvironment = (text: string): boolean => nodesOf(text).some((node) => {
  switch (node.type) {
    case 'MemberExpression': return memberOf(node) === 'env' && lastIsProcess(node['object']);
    case 'VariableDeclarator': return takesApart(node, 'process', 'env');
    case 'ImportDeclaration': return /^(node:)?process$/.test(sourceOf(node) ?? '') && importsNamed(node, 'env');
    default: return false;
  }
});

const lastIsProcess = (value: unknown): boolean => identifierOf(value) === 'process' || memberOf(value) === 'process';

/** Whether a source writes to the console. */
export const writesToConsole = (text: string): boolean => nodesOf(text).some((node) => {
  switch (node.type) {
    case 'MemberExpression': return identifierOf(node['object']) === 'console' || (memberOf(node) === 'console' && identifierOf(node['object']) === 'globalThis');
    case 'VariableDeclarator': return identifierOf(node['init']) === 'console';
    case 'ImportDeclaration': return /^(node:)?console$/.test(sourceOf(node) ?? '');
    default: return false;
  }
});

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);
const laterWork = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ClassMethod', 'PrivateMethod', 'Constructor', 'ClassProperty', 'MethodProperty']);

/** Whether importing a source starts a timer. */
export const startsTimerAtImport = (text: string): boolean =>
  nodesOf(text, (node) => (laterWork.has(node.type) ? 'enough' : 'deeper'))
    .some((node) => node.type === 'CallExpression' && timers.has(identifierOf(node['callee']) ?? memberOf(node['callee']) ?? ''));

const sockets = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']);

/** Whether a source uses a socket that is global in Node. A `fetch` of its own, as in `io.fetch`, is none. */
export const usesGlobalSocket = (text: string): boolean => {
  const nodes = nodesOf(text);
  return nodes.some((node) => {
    if (node.type === 'MemberExpression') return identifierOf(node['object']) === 'globalThis' && sockets.has(memberOf(node) ?? '');
    return (node.type === 'CallExpression' || node.type === 'NewExpression') && sockets.has(identifierOf(node['callee']) ?? '');
  });
};

/** Whether a source asks a container for a part or opens a scope of it. */
export const asksContainer = (text: string): boolean => nodesOf(text).some((node) => {
  const method = node.type === 'CallExpression' ? memberOf(node['callee']) : undefined;
  const object = bare(node['callee'])?.['object'];
  if (method === 'createScope') return true;
  return method === 'resolve' && /container|scope|cradle/i.test(identifierOf(object) ?? memberOf(object) ?? '');
});

/** Whether a source names a type by `import('…')`, which no dependency rule sees. */
export const hidesImportInType = (text: string): boolean => nodesOf(text).some((node) => node.type === 'TsImportType');

/** Whether everything a source takes from a module is a type. */
export const importsOnlyTypesFrom = (text: string, module: string): boolean => nodesOf(text)
  .filter((node) => node.type === 'ImportDeclaration' && sourceOf(node) === module && node['typeOnly'] !== true)
  .every((node) => list(node['specifiers']).every((one) => isNode(one) && one['isTypeOnly'] === true));
