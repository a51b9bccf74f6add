import { z } from 'zod';
import type { Form } from '../../../core/connector-kit/testing/index.js';
import { refusal } from './chargebee-failure.js';
import { fact } from './fact.js';
import type { Switches } from './switches.js';

/** An integer written as text, as forms carry it. */
export const integer = (minimum?: number, maximum?: number) =>
  z.string().regex(/^-?\d+$/, 'should be an integer').transform(Number)
    .pipe(z.int().min(minimum ?? Number.MIN_SAFE_INTEGER).max(maximum ?? Number.MAX_SAFE_INTEGER));

export const text = (longest: number) => z.string().min(1).max(longest);

/** `comment`, as most invoice operations take it. */
export const comment = text(300).optional();

const pathOf = (path: readonly PropertyKey[]): string => path.map((name, at) => (at === 0 ? String(name) : `[${String(name)}]`)).join('');

/** fact('request.parameter_wrong') fact('request.parameter_unknown') */
export const readParameters = <P>(schema: z.ZodType<P>, form: Form, { unknownParameters }: Switches): P => {
  const read = schema.safeParse(form);
  if (read.success) return read.data;
  const issue = read.error.issues.find(({ code }) => code !== 'unrecognized_keys') ?? read.error.issues[0];
  if (issue?.code === 'unrecognized_keys' && unknownParameters === 'ignored') return readParameters(schema, without(form, issue), { unknownParameters } as Switches);
  const param = issue === undefined ? '' : pathOf(issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path);
  throw refusal({
    fact: issue?.code === 'unrecognized_keys' ? fact('request.parameter_unknown') : fact('request.parameter_wrong'),
    status: 400, code: 'param_wrong_value', param, message: `${param} : ${issue?.message ?? 'is invalid'}`,
  });
};

const without = (form: Form, { path, keys }: z.core.$ZodIssueUnrecognizedKeys): Form => {
  const copy = structuredClone(form);
  const owner = path.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), copy);
  if (typeof owner === 'object' && owner !== null) for (const key of keys) Reflect.deleteProperty(owner, key);
  return copy;
};
