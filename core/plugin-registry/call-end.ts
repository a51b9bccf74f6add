import type { PlatformError } from '../connector-kit/index.js';

/** The end of a call, told through a signal that is made only for whoever asks for it: most calls never do. */
export interface CallEnd {
  /** Aborted once the call has ended, also when it is asked for afterwards. */
  signal(): AbortSignal;
  /** Ends it; the first reason stands. */
  because(reason: () => PlatformError): void;
}

export const createCallEnd = (): CallEnd => {
  let controller: AbortController | undefined;
  let ended: (() => PlatformError) | undefined;
  return {
    signal: () => {
      if (controller === undefined) {
        controller = new AbortController();
        if (ended !== undefined) controller.abort(ended());
      }
      return controller.signal;
    },
    because: (reason) => {
      if (ended !== undefined) return;
      ended = reason;
      controller?.abort(reason());
    },
  };
};
