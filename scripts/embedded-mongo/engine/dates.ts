/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// $dateToString. Zone arithmetic by Intl with cached formatters (mingo accepts only Area/City and "+hh:mm").
const fmts = new Map<string, Intl.DateTimeFormat>();
export const isUtc = (tz: any) => tz === 'UTC' || tz === 'GMT' || tz === 'Z' || tz === 'Etc/UTC';
export function offsetMinutes(tz: string | undefined | null, d: Date): number {
  if (tz === undefined || tz === null || isUtc(tz)) return 0;
  const m = /^([+-])(\d\d):?(\d\d)?$/.exec(tz); if (m) return (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3] ?? 0));
  let f = fmts.get(tz); if (!f) { try { f = new Intl.DateTimeFormat('en-US', { timeZone: tz, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }); } catch { throw new Error(`unrecognized time zone identifier: "${tz}"`); } fmts.set(tz, f); }
  const p: any = {}; for (const x of f.formatToParts(d)) p[x.type] = Number(x.value); return Math.round((Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(d.getTime() / 1000) * 1000) / 60000);
}
const pad = (n: number, w: number) => String(n).padStart(w, '0'); const MON = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
export function dateToString(v: any, format: string | undefined, tz: string | undefined, onNull: () => any): any {
  if (v === null || v === undefined) return onNull(); const d = v instanceof Date ? v : v._bsontype === 'ObjectId' ? v.getTimestamp() : v._bsontype === 'Timestamp' ? new Date(v.t * 1000) : null; if (!d) throw new Error("can't convert to Date"); if (tz === null) return null;
  const off = offsetMinutes(tz, d), l = new Date(d.getTime() + off * 60000), y = l.getUTCFullYear(), mo = l.getUTCMonth(), da = l.getUTCDate(), wd = l.getUTCDay(); const doy = Math.floor((Date.UTC(y, mo, da) - Date.UTC(y, 0, 1)) / 864e5) + 1;
  const th = new Date(Date.UTC(y, mo, da + 4 - (wd || 7))), isoY = th.getUTCFullYear(), isoW = Math.ceil(((th.getTime() - Date.UTC(isoY, 0, 1)) / 864e5 + 1) / 7);
  const sign = off < 0 ? '-' : '+', ao = Math.abs(off);
  return (format ?? (tz && !isUtc(tz) ? '%Y-%m-%dT%H:%M:%S.%L' : '%Y-%m-%dT%H:%M:%S.%LZ')).replace(/%(.)/g, (_, c) => { switch (c) {
    case 'Y': return pad(y, 4); case 'm': return pad(mo + 1, 2); case 'd': return pad(da, 2); case 'H': return pad(l.getUTCHours(), 2); case 'M': return pad(l.getUTCMinutes(), 2); case 'S': return pad(l.getUTCSeconds(), 2); case 'L': return pad(l.getUTCMilliseconds(), 3);
    case 'j': return pad(doy, 3); case 'w': return String(wd + 1); case 'u': return String(wd || 7); case 'U': return pad(Math.floor((doy + 6 - wd) / 7), 2); case 'V': return pad(isoW, 2); case 'G': return pad(isoY, 4); case 'z': return sign + pad(Math.floor(ao / 60), 2) + pad(ao % 60, 2); case 'Z': return String(off); case 'b': return MON[mo].slice(0, 3); case 'B': return MON[mo]; case '%': return '%';
    default: throw new Error(`Invalid format character '%${c}' in format string`); } });
}
