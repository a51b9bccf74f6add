import { sampleConnector } from '../sample-connector.js';

export const connector = () => sampleConnector();
