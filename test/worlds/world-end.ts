import type { Violation } from '../proof/laws/index.js';
import type { Scenario } from './scenario.js';

/** How a world ended. */
export interface WorldEnd {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly violations: readonly Violation[];
  /** What had not come to rest when its time was over, in words. */
  readonly unfinished: readonly string[];
  readonly cases: number;
  /** Requests to move money. */
  readonly requests: number;
  /** Times money was taken by us. */
  readonly charged: number;
  readonly deliveries: number;
  readonly notifications: number;
  /** Faults that struck, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly steps: number;
  readonly ms: number;
  readonly trace: readonly string[];
}
