/** The endpoints of many merchants as one process of its own: those that answer at once, and one that takes connections and never answers. */
import { createServer, type ServerResponse } from 'node:http';
import { serve } from '../serve.js';

const arrived = new Map<string, number>();
const hanging = new Set<ServerResponse>();

const server = createServer((request, response) => {
  const at = performance.timeOrigin + performance.now();
  if (request.url === '/dead') {
    hanging.add(response);
    response.once('close', () => { hanging.delete(response); });
    return;
  }
  const id = request.headers['webhook-id'];
  if (typeof id === 'string' && !arrived.has(id)) arrived.set(id, at);
  request.resume();
  response.end();
});
server.keepAliveTimeout = 60_000;
await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });

serve({
  address: async () => {
    const address = server.address();
    return address !== null && typeof address === 'object' ? `http://127.0.0.1:${String(address.port)}` : '';
  },
  /** When each event arrived, in ms of the system's clock; forgotten then. */
  arrivals: async () => {
    const all = Object.fromEntries(arrived);
    arrived.clear();
    return all;
  },
  count: async () => arrived.size,
  /** Ends what the dead endpoint holds. */
  hangUp: async () => {
    const count = hanging.size;
    for (const response of hanging) response.destroy();
    return count;
  },
}, async () => {
  server.closeAllConnections();
  server.close();
});
