import type { z } from 'zod';

/**
 * An endpoint of a platform's API.
 * `Platform` is what it works on, `Call` what it knows beside its parameters, `Move` the debt a request wants to move money for.
 */
export interface EndpointOf<Platform, Call, Move, Parameters> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the API's base; each `:id` stands for one id. */
  readonly path: string;
  readonly parameters: z.ZodType<Parameters>;
  /** Absent, or null, where it moves no money. */
  readonly moves?: (platform: Platform, parameters: Parameters, id: string) => Move | null;
  readonly run: (platform: Platform, parameters: Parameters, call: Call) => object;
}

/** A request whose parameters are read. */
export interface PreparedOf<Platform, Call, Move> {
  moves(platform: Platform, id: string): Move | null;
  run(platform: Platform, call: Call): object;
}

/** An endpoint whose parameters are read when it is called. */
export interface RouteOf<Platform, Call, Move> {
  readonly method: EndpointOf<Platform, Call, Move, unknown>['method'];
  readonly pattern: RegExp;
  /** @param read - Reads the request by the schema; throws the platform's refusal of parameters that do not fit. */
  readonly prepare: (read: <Parameters>(schema: z.ZodType<Parameters>) => Parameters) => PreparedOf<Platform, Call, Move>;
}

/** Makes a route of an endpoint; what an endpoint holds beyond is the fake's own to keep. */
export const routeOf = <Platform, Call, Move, Parameters>(endpoint: EndpointOf<Platform, Call, Move, Parameters>): RouteOf<Platform, Call, Move> => ({
  method: endpoint.method,
  pattern: new RegExp(`^${endpoint.path.replaceAll(':id', '([^/]+)')}$`),
  prepare: (read) => {
    const parameters = read(endpoint.parameters);
    return {
      moves: (platform, id) => endpoint.moves?.(platform, parameters, id) ?? null,
      run: (platform, call) => endpoint.run(platform, parameters, call),
    };
  },
});

/** What stands at an address. `other_method`: something, but not for this method. */
export type Matched<Route> =
  | { readonly found: true; readonly route: Route; readonly id: string; readonly ids: readonly string[] }
  | { readonly found: false; readonly why: 'no_address' | 'other_method' };

/** The first route of this method and path, with the ids in the path; `id` is the first of them, '' where there is none. */
export const matchRoute = <Route extends { readonly method: string; readonly pattern: RegExp }>(
  routes: readonly Route[],
  method: string,
  path: string,
): Matched<Route> => {
  const matching = routes.filter(({ pattern }) => pattern.test(path));
  const route = matching.find((candidate) => candidate.method === method);
  if (route === undefined) return { found: false, why: matching.length === 0 ? 'no_address' : 'other_method' };
  const ids = (route.pattern.exec(path) ?? []).slice(1).map(decodeURIComponent);
  return { found: true, route, id: ids[0] ?? '', ids };
};
