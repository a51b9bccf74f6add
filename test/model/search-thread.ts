import { parentPort, workerData } from 'node:worker_threads';
import type { Job } from './plan.js';
import { rules } from './rules.js';
import { search } from './search.js';

/** One search in a thread of its own: rules are functions, and go by their name. */
const { box, rule, limits } = workerData as Job;
parentPort?.postMessage(await search(box, rules.find((one) => one.rule === rule), limits));
