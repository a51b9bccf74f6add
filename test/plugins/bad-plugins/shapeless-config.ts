import { z } from 'zod';
import { sampleGateway } from '../sample-gateway.js';

export const gateway = { ...sampleGateway({ id: 'shapeless-config' }), configSchema: z.record(z.string(), z.string()) };
