/** How a person starts this program here: from a clone through npm, installed by its name. */
export const invocation = (): string => (process.env['npm_lifecycle_event'] === 'hub' ? 'npm run -s hub --' : 'recovery-hub');
