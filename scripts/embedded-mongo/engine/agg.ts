/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// Aggregation: mingo for stages and expressions, with MongoDB comparison, grouping and sorting put in its place.
import { Aggregator } from 'mingo/aggregator';
import { Context, evalExpr } from 'mingo/core';
import { Lazy } from 'mingo/lazy';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as pipelineOps from 'mingo/operators/pipeline';
import * as projections from 'mingo/operators/projection';
import * as windows from 'mingo/operators/window';
import { Decimal128, type Doc, ObjectId, T, compare, isNum, isPlain, keyOf, toNum, typeName, typeTag } from './bsonx.js';
import { type MatchCtx, compile, sortSpec, sorter } from './match.js';
import { MongoErr, err } from './errors.js';
import { arith } from './update.js';
import { compileProjection } from './project.js';
import { dateToString, isUtc } from './dates.js';

export interface AggEnv { read(coll: string): Doc[]; lookup(coll: string, field: string, values: any[]): Doc[] }
type Opts = any; // mingo's ComputeOptions (not exported)
const fork = (o: Opts, root: any, vars?: Doc): Opts => o.constructor.init(o).update({ root, variables: vars ?? {} });
const variables = (o: Opts): Doc => ({ ...o.variables, ...o.local?.variables });
const envOf = (o: Opts): AggEnv => { const e = o.options?.env; if (!e) throw err.unsupported('reading other collections is not possible here'); return e; };

/** order in aggregation expressions: a missing value is below null */
const aggCmp = (a: any, b: any) => a === undefined ? (b === undefined ? 0 : typeTag(b) === T.minKey ? 1 : -1) : b === undefined ? (typeTag(a) === T.minKey ? -1 : 1) : compare(a, b);
const two = (f: (c: number) => any) => (obj: any, expr: any, o: Opts) => { const v = evalExpr(obj, expr, o) as any[]; if (!Array.isArray(v) || v.length !== 2) throw new MongoErr(16020, 'Location16020', 'Expression takes exactly 2 arguments'); return f(aggCmp(v[0], v[1])); };
const one = (f: (v: any) => any) => (obj: any, expr: any, o: Opts) => f(evalExpr(obj, Array.isArray(expr) && expr.length === 1 ? expr[0] : expr, o));
const str = (v: any): any => v === null || v === undefined ? null : v instanceof Date ? v.toISOString() : String(v);
const toOid = (v: any) => { if (v == null) return null; if (v._bsontype === 'ObjectId') return v; if (typeof v !== 'string' || !/^[0-9a-f]{24}$/i.test(v)) throw new MongoErr(241, 'ConversionFailure', `Failed to parse objectId '${v}' in $convert with no onError value`); return new ObjectId(v); };
function* items(coll: any[], expr: any, o: Opts): Generator<any> { if (expr === null || expr === undefined) { yield* coll; return; } const co = fork(o, null); for (const d of coll) yield evalExpr(d, expr, co.update({ root: d })); }
const plus = (a: any, b: any) => typeof a === 'number' && typeof b === 'number' ? a + b : arith('+', a, b);
const sum = (coll: any[], expr: any, o: Opts) => { if (typeof expr === 'number') return expr * coll.length; let r: any = 0; for (const v of items(coll, expr, o)) if (isNum(v)) r = plus(r, v); return r; };
const avg = (coll: any[], expr: any, o: Opts) => { let n = 0, s: any = 0; for (const v of items(coll, expr, o)) if (isNum(v)) { n++; s = plus(s, v); } return n === 0 ? null : typeof s === 'number' ? s / n : s._bsontype === 'Decimal128' ? arith('*', s, Decimal128.fromStringWithRounding((1 / n).toPrecision(17))) : toNum(s) / n; };
const extreme = (dir: number) => (coll: any[], expr: any, o: Opts) => { let best: any = null; for (const v of items(coll, expr, o)) if (v !== null && v !== undefined && (best === null || dir * compare(v, best) < 0)) best = v; return best; };
const dateOps: Record<string, any> = {};
const blocked = (name: string) => () => { throw err.unsupported(`${name} is not supported by the embedded database`); };
const groupKey = (id: any): string => typeof id === 'string' ? 's' + id : typeof id === 'number' && Number.isInteger(id) ? 'n' + id : isNum(id) && compare(id, toNum(id)) === 0 && Number.isInteger(toNum(id)) ? 'n' + toNum(id) : 'k' + keyOf(id).toString('latin1');
const matchCtx = (o: Opts): MatchCtx => ({ expr: (d, e, vars) => evalExpr(d, e, fork(o, d, vars)), vars: variables(o) });

const stages: Record<string, (it: any, expr: any, o: Opts) => any> = {
  $match: (it, expr, o) => { const m = compile(expr, matchCtx(o)); return it.filter((d: Doc) => m(d)); },
  $sort: (it, expr) => { const s = sorter<Doc>(sortSpec(expr), (d) => d); return it.transform((xs: Doc[]) => Lazy(s(xs))); },
  $project: (it, expr, o) => { const f = compileProjection(expr, matchCtx(o)); if (!f) throw new MongoErr(51272, 'Location51272', 'Invalid $project :: caused by :: projection specification must have at least one field'); return it.map((d: Doc) => f(d)); },
  $count: (it, expr) => it.transform((xs: Doc[]) => Lazy(xs.length ? [{ [expr]: xs.length }] : [])),
  $group: (it, expr, o) => it.transform((xs: Doc[]) => {
    if (!('_id' in expr)) throw new MongoErr(15955, 'Location15955', 'a group specification must include an _id');
    const fields = Object.keys(expr).filter((k) => k !== '_id'); for (const f of fields) if (!isPlain(expr[f])) throw new MongoErr(40234, 'Location40234', `The field '${f}' must be an accumulator object`);
    const groups = new Map<string, { id: any; docs: Doc[] }>(), co = fork(o, null);
    for (const d of xs) { const id = evalExpr(d, expr._id, co.update({ root: d })) ?? null, k = groupKey(id); let g = groups.get(k); if (!g) groups.set(k, (g = { id, docs: [] })); g.docs.push(d); }
    return Lazy([...groups.values()].map(({ id, docs }) => { const r: Doc = { _id: id }; for (const f of fields) r[f] = evalExpr(docs, expr[f], co.update({ root: null })) ?? null; return r; }));
  }),
  $sortByCount: (it, expr, o) => stages.$sort(stages.$group(it, { _id: expr, count: { $sum: 1 } }, o), { count: -1 }, o),
  $lookup: (it, e, o) => it.map((d: Doc) => {
    const env = envOf(o), co = fork(o, d); let rows: Doc[];
    if (e.localField !== undefined && e.foreignField !== undefined) { const v = evalExpr(d, '$' + e.localField, co); rows = env.lookup(e.from, e.foreignField, Array.isArray(v) ? v : [v ?? null]); } else rows = env.read(e.from);
    if (e.pipeline) { const vars: Doc = {}; for (const [k, x] of Object.entries(e.let ?? {})) vars[k] = evalExpr(d, x, co) ?? null; rows = run(rows, e.pipeline, env, { ...variables(o), ...vars }); }
    return { ...d, [e.as]: rows };
  }),
  $unionWith: (it, e, o) => { const env = envOf(o), c = typeof e === 'string' ? e : e.coll; return it.transform((xs: Doc[]) => Lazy([...xs, ...run(env.read(c), e.pipeline ?? [], env, variables(o))])); },
};
for (const s of ['$changeStream', '$geoNear', '$indexStats', '$collStats', '$currentOp', '$search', '$vectorSearch', '$graphLookup']) stages[s] = blocked(s);
// mingo knows no 'UTC'/'GMT' zone name
for (const n of ['$year', '$month', '$dayOfMonth', '$dayOfWeek', '$dayOfYear', '$hour', '$minute', '$second', '$millisecond', '$week', '$isoWeek', '$isoWeekYear', '$isoDayOfWeek', '$dateTrunc', '$dateAdd', '$dateSubtract', '$dateDiff', '$dateToParts', '$dateFromParts', '$dateFromString']) { const f = (expressions as any)[n]; if (f) dateOps[n] = (obj: any, expr: any, o: Opts) => { if (isPlain(expr) && expr.timezone !== undefined) { const tz = evalExpr(obj, expr.timezone, o); const { timezone: _t, ...rest } = expr; return f(obj, isUtc(tz) || tz == null ? rest : { ...rest, timezone: tz }, o); } return f(obj, expr, o); }; }
const exprs = expressions as any, accs = accumulators as any, { $out: _o, $merge: _m, ...pipes } = pipelineOps as any;
let captured: Opts;
const context = Context.init({
  expression: { ...exprs, ...dateOps, $dateToString: (obj: any, e: any, o: Opts) => dateToString(evalExpr(obj, e.date, o), e.format === undefined ? undefined : evalExpr(obj, e.format, o) as any, e.timezone === undefined ? undefined : evalExpr(obj, e.timezone, o) as any, () => e.onNull === undefined ? null : evalExpr(obj, e.onNull, o)), $eq: two((c) => c === 0), $ne: two((c) => c !== 0), $gt: two((c) => c > 0), $gte: two((c) => c >= 0), $lt: two((c) => c < 0), $lte: two((c) => c <= 0), $cmp: two((c) => Math.sign(c)),
    $in: (obj: any, expr: any, o: Opts) => { const [v, a] = evalExpr(obj, expr, o) as any[]; if (!Array.isArray(a)) throw new MongoErr(40081, 'Location40081', '$in requires an array as a second argument'); return a.some((x) => aggCmp(x, v) === 0); },
    $toObjectId: one(toOid), $toString: one(str), $type: one(typeName), $isNumber: one(isNum) },
  accumulator: { ...accs, $sum: sum, $avg: avg, $min: extreme(1), $max: extreme(-1), $top: (c: any, e: any, o: Opts) => accs.$topN(c, { ...e, n: 1 }, o)[0] ?? null, $bottom: (c: any, e: any, o: Opts) => accs.$bottomN(c, { ...e, n: 1 }, o)[0] ?? null },
  pipeline: { ...pipes, ...stages, $__capture: (it: any, _e: any, o: Opts) => { captured = o; return it; } }, projection: projections, window: { ...(windows as any) }, query: {},
});
const base = { context, scriptEnabled: true, // $setWindowFields is built on $function; noCode() refuses it in requests
  useStrictMode: true, processingMode: 0, idKey: '_id', failOnError: true };
new Aggregator([{ $__capture: 1 }], base as any).run([]); const BARE = captured as unknown as Opts;
const KNOWN = new Set(Object.keys({ ...pipes, ...stages }));
function checkStages(list: any[]) {
  for (const s of list) {
    const ks = isPlain(s) ? Object.keys(s) : []; if (ks.length !== 1) throw new MongoErr(40323, 'Location40323', 'A pipeline stage specification object must contain exactly one field.');
    if (!KNOWN.has(ks[0])) throw new MongoErr(40324, 'Location40324', `Unrecognized pipeline stage name: '${ks[0]}'`);
    if (ks[0] === '$facet') for (const p of Object.values(s.$facet)) checkStages(p as any[]); if (ks[0] === '$lookup' && s.$lookup.pipeline) checkStages(s.$lookup.pipeline);
  }
}
function translate(e: any): never { if (e instanceof MongoErr) throw e; const m = String(e?.message ?? e); throw /not registered|unregistered|unknown/i.test(m) ? new MongoErr(168, 'InvalidPipelineOperator', m) : new MongoErr(2, 'BadValue', m); }
const CODE = new Set(['$function', '$accumulator', '$where']);
/** server-side JavaScript never runs, however deep it hides */
export function noCode(v: any): void { if (Array.isArray(v)) v.forEach(noCode); else if (isPlain(v)) for (const k of Object.keys(v)) { if (CODE.has(k)) throw err.unsupported(`${k} is not supported by the embedded database`); noCode(v[k]); } }
export function run(docs: Iterable<Doc>, list: any[], env: AggEnv | null, vars: Doc = {}): Doc[] {
  checkStages(list); noCode(list); try { return new Aggregator(list, { ...base, env, variables: vars } as any).run(docs as any); } catch (e) { return translate(e); }
}
export const exprEval = (d: Doc, e: any, vars?: Doc): any => { noCode(e); try { return evalExpr(d, e, fork(BARE, d, vars)); } catch (x) { return translate(x); } };
const UPDATE_STAGES = new Set(['$set', '$addFields', '$unset', '$project', '$replaceRoot', '$replaceWith']);
export function pipelineUpdate(doc: Doc, list: any[], vars: Doc = {}): Doc {
  for (const s of list) { const k = Object.keys(s)[0]; if (!UPDATE_STAGES.has(k)) throw new MongoErr(72, 'InvalidOptions', `${k} is not allowed to be used within an update`); }
  return { ...run([doc], list, null, vars)[0] };
}
