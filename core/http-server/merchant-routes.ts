import { merchantPaths, type ApiHandler, type MerchantApi } from '../api/index.js';
import type { Route } from './route.js';

/** The merchant's calls at their paths. */
export const merchantRoutes = (api: MerchantApi): readonly Route[] => {
  const route = (method: Route['method'], path: string, handle: ApiHandler): Route => ({ method, path, surface: 'flat', logged: 'always', handle });
  return [
    route('POST', merchantPaths.execute, api.execute),
    route('GET', merchantPaths.status, api.statusBySelector),
    route('GET', merchantPaths.statusById, api.statusById),
    route('POST', merchantPaths.cancel, api.cancel),
  ];
};
