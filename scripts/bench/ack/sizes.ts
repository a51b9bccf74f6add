/** How large everything is. */
export interface AckSizes {
  readonly requests: number;
  readonly perSecond: number;
  readonly events: number;
  readonly backlog: number;
  readonly warmUp: number;
  readonly rounds: number;
}
