/** What is wrong with a connection or account, for the merchant. Empty findings: all is well. */
export interface HealthReport {
  readonly findings: readonly HealthFinding[];
  /** Facts about the account that help: its name, its country, its plan. No secrets, no personal data. */
  readonly facts?: Readonly<Record<string, string | boolean>>;
}

/** One thing that is wrong. */
export interface HealthFinding {
  readonly code: 'wrong_key' | 'missing_permission' | 'wrong_mode' | 'platform_down' | 'webhook_missing' | 'platform_retries_on';
  /** What was found. */
  readonly message: string;
  /** What to do: where to click, which permission to give. */
  readonly fix: string;
}
