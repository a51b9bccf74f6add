import type { Reply, Route } from './route.js';

/** Whether what the hub cannot work without answers. */
export interface HealthProbe {
  /** Rejects when the database cannot be reached. */
  ping(): Promise<unknown>;
  /** Why this process does no work although its database answers, in a sentence; undefined: it works. */
  objection?(): string | undefined;
}

const patienceMs = 2000;

const inTime = async (work: Promise<unknown>): Promise<'answered' | 'silent'> => {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<'silent'>((resolve) => { timer = setTimeout(() => { resolve('silent'); }, patienceMs); });
  try {
    return await Promise.race([work.then(() => 'answered' as const, () => 'silent' as const), silent]);
  } finally { clearTimeout(timer); }
};

/** `/healthz`: this process answers. `/readyz`: its database does too, and it works. */
export const healthRoutes = (probe: HealthProbe): readonly Route[] => {
  const route = (path: string, handle: () => Promise<Reply>): Route => ({ method: 'GET', path, surface: 'flat', logged: 'brief', handle });
  return [
    route('/healthz', async () => ({ status: 200, body: { status: 'ok' } })),
    route('/readyz', async () => {
      const reason = probe.objection?.();
      if (reason !== undefined) return { status: 503, body: { status: 'unavailable', reason } };
      return (await inTime(probe.ping())) === 'answered' ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'unavailable' } };
    }),
  ];
};
