/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
import { type Doc, isNum, isPlain, toNum } from './bsonx.js';
import { type MatchCtx, compile, positional, type ExprEval } from './match.js';
import { err } from './errors.js';
export type Projector = (d: Doc, filter?: Doc) => Doc;
const truthy = (v: any) => v === true || (isNum(v) && toNum(v) !== 0);
const flag = (v: any) => typeof v === 'boolean' || isNum(v);
export function compileProjection(p: Doc | undefined, ctx: MatchCtx & { expr?: ExprEval }): Projector | null {
  if (!p || !Object.keys(p).length) return null;
  const flat: [string, any][] = []; const walk = (o: Doc, pre: string) => { for (const [k, v] of Object.entries(o)) { if (isPlain(v) && !Object.keys(v).some((x) => x[0] === '$') && Object.keys(v).length) walk(v, pre + k + '.'); else flat.push([pre + k, v]); } }; walk(p, '');
  let mode: 'inc' | 'exc' | null = null; const idv = flat.find(([k]) => k === '_id');
  const special: [string, any][] = [], plain: [string, any][] = []; let pos: string | null = null;
  for (const [k, v] of flat) {
    if (k.endsWith('.$')) { pos = k.slice(0, -2); plain.push([pos, 1]); mode = 'inc'; continue; }
    if (flag(v)) { if (k === '_id') continue; const m = truthy(v) ? 'inc' : 'exc'; if (mode && m !== mode) throw err.badValue(`Cannot do ${m === 'exc' ? 'exclusion' : 'inclusion'} on field ${k} in ${mode === 'inc' ? 'inclusion' : 'exclusion'} projection`); mode = m; plain.push([k, v]); }
    else { special.push([k, v]); if (!(isPlain(v) && ('$slice' in v))) mode ??= 'inc'; }
  }
  if (!mode) mode = idv && truthy(idv[1]) && !special.length ? 'inc' : 'exc';
  const keepId = idv ? truthy(idv[1]) : true;
  const tree: any = {}; for (const [k] of plain) { let n = tree; const ps = k.split('.'); ps.forEach((x, i) => { if (i === ps.length - 1) n[x] = true; else { if (n[x] === true) return; n = n[x] ??= {}; } }); }
  if (mode === 'inc') for (const [k, v] of special) if (isPlain(v) && ('$slice' in v || '$elemMatch' in v)) tree[k.split('.')[0]] ??= true;
  const inc = (d: any, t: any): any => { if (Array.isArray(d)) return d.filter((x) => isPlain(x) || Array.isArray(x)).map((x) => inc(x, t)); const o: Doc = {}; for (const k of Object.keys(d)) { const s = t[k]; if (s === true) o[k] = d[k]; else if (s) { const v = d[k]; if (isPlain(v) || Array.isArray(v)) o[k] = inc(v, s); } } return o; };
  const exc = (d: any, t: any): any => { if (Array.isArray(d)) return d.map((x) => (isPlain(x) || Array.isArray(x) ? exc(x, t) : x)); const o: Doc = {}; for (const k of Object.keys(d)) { const s = t[k]; if (s === true) continue; const v = d[k]; o[k] = s && (isPlain(v) || Array.isArray(v)) ? exc(v, s) : v; } return o; };
  return (d, filter = {}) => {
    let o: Doc;
    if (mode === 'inc') { if (keepId) tree._id = true; else delete tree._id; o = inc(d, tree); } else { if (!keepId) tree._id = true; else delete tree._id; o = exc(d, tree); }
    if (pos) { const i = positional(filter, d, ctx, pos); const ps = pos.split('.'); let n: any = o; for (const x of ps.slice(0, -1)) n = n?.[x]; if (n && Array.isArray(n[ps[ps.length - 1]]) && i >= 0) n[ps[ps.length - 1]] = [n[ps[ps.length - 1]][i]]; }
    for (const [k, v] of special) {
      if (isPlain(v) && '$slice' in v) { const ps = k.split('.'); let n: any = o; for (const x of ps.slice(0, -1)) n = n?.[x]; const a = n?.[ps[ps.length - 1]]; if (Array.isArray(a)) { const s = v.$slice; if (Array.isArray(s)) { const at = toNum(s[0]); const b = at < 0 ? Math.max(0, a.length + at) : at; n[ps[ps.length - 1]] = a.slice(b, b + toNum(s[1])); } else { const c = toNum(s); n[ps[ps.length - 1]] = c >= 0 ? a.slice(0, c) : a.slice(c); } } }
      else if (isPlain(v) && '$elemMatch' in v) { const a = d[k]; const q = v.$elemMatch; const m = Object.keys(q)[0]?.startsWith('$') ? ((f) => (x: any) => f({ e: x }))(compile({ e: q }, ctx)) : ((f) => (x: any) => isPlain(x) && f(x))(compile(q, ctx)); const hit = Array.isArray(a) ? a.find(m) : undefined; if (hit === undefined) delete o[k]; else o[k] = [hit]; }
      else { const r = (ctx.expr as ExprEval)(d, v, ctx.vars); if (r !== undefined) { const ps = k.split('.'); let n: any = o; for (const x of ps.slice(0, -1)) n = n[x] ??= {}; n[ps[ps.length - 1]] = r; } }
    }
    return o;
  };
}
