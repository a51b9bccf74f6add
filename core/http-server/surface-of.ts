import type { Surface } from '../api/index.js';

const enveloped = ['/api/admin', '/api/health', '/api/dashboard', '/api/settings', '/api/reports', '/api/connect', '/api/recovery/retry'];

/** The error shape of a path that no route answers (specification 4.1). */
export const surfaceOf = (path: string): Surface =>
  enveloped.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)) ? 'envelope' : 'flat';
