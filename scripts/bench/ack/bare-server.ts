/** The least that acknowledges durably, as a process of its own: node:http and one insert of the bytes by the driver, on the hub's database and with its write concern. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { MongoClient, ObjectId } from 'mongodb';
import { serve } from '../serve.js';

const client = new MongoClient(process.env['BENCH_URI'] ?? '', { writeConcern: { w: 'majority', journal: true }, maxPoolSize: 50 });
await client.connect();
const bodies = client.db().collection('bench_bodies');

const acknowledge = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  await bodies.insertOne({ _id: new ObjectId(), body: Buffer.concat(chunks) });
  response.end();
};

const server = createServer((request, response) => { acknowledge(request, response).catch(() => { response.statusCode = 500; response.end(); }); });
await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });

serve({
  address: async () => {
    const address = server.address();
    return address !== null && typeof address === 'object' ? `http://127.0.0.1:${String(address.port)}/` : '';
  },
  count: () => bodies.countDocuments({}),
}, async () => {
  server.closeAllConnections();
  server.close();
  await client.close();
});
