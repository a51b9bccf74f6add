import { sampleGateway } from '../sample-gateway.js';

export const plugin = sampleGateway();
export default plugin;
