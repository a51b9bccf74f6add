import ipaddr from 'ipaddr.js';

/** Reads `host=http://127.0.0.1:port,…`; answers what is wrong with the first bad entry. */
export const parsePlatformRoutes = (text: string): { readonly routes: ReadonlyMap<string, URL> } | { readonly wrong: string } => {
  const routes = new Map<string, URL>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    const [host = '', target, ...rest] = entry.split('=');
    if (target === undefined || rest.length > 0) return { wrong: `"${entry}", which is not host=http://address:port` };
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/.test(host)) return { wrong: `"${host}", which is not a host name in lower case` };
    if (routes.has(host)) return { wrong: `"${host}" twice` };
    const url = URL.canParse(target) ? new URL(target) : undefined;
    if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '' || url.username !== '' || url.hash !== '') {
      return { wrong: `the target "${target}" for ${host}, which is not of the form http://127.0.0.1:port` };
    }
    if (!isLoopbackHost(url.hostname)) return { wrong: `the target ${url.host} for ${host}, which is not a loopback address` };
    routes.set(host, url);
  }
  return { routes };
};

const isLoopbackHost = (hostname: string): boolean => {
  if (hostname === 'localhost') return true;
  const address = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
};
