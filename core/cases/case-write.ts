import type { Filter, UpdateFilter } from '../storage/index.js';
import type { CaseDocument } from './case.model.js';

/** One atomic write of a case, described as a value: hub and model search perform the same. */
export interface CaseWrite {
  readonly name: string;
  readonly filter: Filter<CaseDocument>;
  readonly update: UpdateFilter<CaseDocument>;
}
