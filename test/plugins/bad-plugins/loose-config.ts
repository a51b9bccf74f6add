import { z } from 'zod';
import { secret } from '../../../core/connector-kit/index.js';
import { sampleConnector } from '../sample-connector.js';

export const connector = {
  ...sampleConnector({ id: 'loose-config' }),
  configSchema: z.object({ apiKey: secret(), gateways: z.array(z.strictObject({ account: z.looseObject({ id: z.string() }) })) }),
};
