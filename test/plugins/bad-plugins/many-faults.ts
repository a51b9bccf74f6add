import { sampleGateway } from '../sample-gateway.js';

export const gateway = { ...sampleGateway({ id: 'another-name', contract: '0.9.0' }), refund: undefined, limits: { perMinute: 60 } };
