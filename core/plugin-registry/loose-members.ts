/** As much of a zod 4 schema as is read here. Read by shape: a plugin from a package may bring its own zod. */
interface SchemaDefinition {
  readonly type?: unknown;
  readonly catchall?: unknown;
  readonly shape?: unknown;
  readonly options?: unknown;
  readonly items?: unknown;
  readonly [member: string]: unknown;
}

// oxlint-disable-next-line no-underscore-dangle -- the name is zod's
const innerOf = (schema: { readonly _zod: unknown }): unknown => schema._zod;

const definitionOf = (schema: unknown): SchemaDefinition | undefined => {
  if (typeof schema !== 'object' || schema === null || !('_zod' in schema)) return undefined;
  const inner = innerOf(schema);
  if (typeof inner !== 'object' || inner === null || !('def' in inner)) return undefined;
  return typeof inner.def === 'object' && inner.def !== null ? (inner.def as SchemaDefinition) : undefined;
};

/** Where a wrapper keeps what it wraps. A pipe is judged by its way in. */
const WRAPPED = ['innerType', 'in', 'element', 'getter', 'left', 'right'] as const;

const namesTransform = (schema: unknown): boolean => definitionOf(schema)?.type === 'transform';

const looseWithin = (schema: unknown, path: string): readonly string[] => {
  const definition = definitionOf(schema);
  if (definition === undefined) return [];
  if (definition.type === 'object') {
    const strict = definitionOf(definition.catchall)?.type === 'never';
    const shape = typeof definition.shape === 'object' && definition.shape !== null ? Object.entries(definition.shape) : [];
    return [...(strict ? [] : [path]), ...shape.flatMap(([key, member]) => looseWithin(member, path === '' ? key : `${path}.${key}`))];
  }
  // `z.preprocess` is a transform piped into the schema that counts.
  if (definition.type === 'pipe' && namesTransform(definition.in)) return looseWithin(definition['out'], path);
  const many = [definition.options, definition.items].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const wrapped = WRAPPED.flatMap((member) => {
    const inner = definition[member];
    return member === 'getter' && typeof inner === 'function' ? [(inner as () => unknown)()] : inner === undefined ? [] : [inner];
  });
  return [...many, ...wrapped].flatMap((inner) => looseWithin(inner, path));
};

/** Whether the schema, seen through unions and wrappers, is an object at its root. */
const isObject = (schema: unknown): boolean => {
  const definition = definitionOf(schema);
  if (definition === undefined) return false;
  if (definition.type === 'object') return true;
  if (definition.type === 'union') return Array.isArray(definition.options) && definition.options.every(isObject);
  if (definition.type === 'pipe') return isObject(namesTransform(definition.in) ? definition['out'] : definition.in);
  return definition.type === 'readonly' && isObject(definition['innerType']);
};

/** What in a config schema would let an unknown key pass: `not_an_object`, or the paths of loose objects (the root is the empty path). */
export const looseMembers = (schema: unknown): 'not_an_object' | readonly string[] =>
  isObject(schema) ? [...new Set(looseWithin(schema, ''))] : 'not_an_object';
