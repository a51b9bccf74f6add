import { rmSync } from 'node:fs';
import type { TestServerPlace } from './global-setup.js';

const globalTeardown = async (): Promise<void> => {
  const running = (globalThis as TestServerPlace).recoveryHubTestServer;
  if (!running) return;
  await running.server.stop();
  rmSync(running.dataDir, { recursive: true, force: true });
};

export default globalTeardown;
