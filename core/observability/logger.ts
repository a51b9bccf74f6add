import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { plain } from './plain.js';
import { redactFields } from './redact-fields.js';
import { redactText } from './redaction.js';

/** A structured logger; a child carries request, client and case ids. */
export type Logger = PinoLogger;

const redactLine = (line: string): string => {
  try {
    return `${JSON.stringify(redactFields(JSON.parse(line)))}\n`;
  } catch {
    return `${redactText(line.trimEnd())}\n`;
  }
};

/**
 * Makes the process's logger: JSON lines on `destination` (standard output unless said otherwise). Redaction is the last step,
 * on the finished line: fields, child bindings, formatted arguments and messages that pino takes from an error all pass it.
 */
export const createLogger = (options: { readonly level: string; readonly destination?: DestinationStream }): Logger =>
  pino({
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label) => ({ level: label }),
      bindings: (bindings) => plain(bindings) as Record<string, unknown>,
      log: (fields) => plain(fields) as Record<string, unknown>,
    },
    hooks: {
      logMethod(args, method) {
        const [first, ...rest] = args as readonly unknown[];
        return method.apply(this, [first, ...rest.map((arg) => plain(arg))] as unknown as Parameters<typeof method>);
      },
      streamWrite: redactLine,
    },
    serializers: { err: (error: unknown) => plain(error) },
  }, options.destination ?? pino.destination({ sync: true, fd: 1 }));
