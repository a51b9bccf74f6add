import type { z } from 'zod';
import type { CallContext, PlatformError } from '../connector-kit/index.js';
import type { OpenAccount } from './account.js';
import type { CallResult, CallTime } from './call-types.js';
import type { CredentialStore } from './credentials.js';
import { plainCopy } from './plain-data.js';
import { createCallEnd } from './call-end.js';
import { deadlinePassed, forbidden, runInCall, tooLate, type PluginCall } from './plugin-io/index.js';
import { translateError, UnexpectedAnswer } from './translate-error.js';

/** What the guard must know of a method of the contract. */
export interface CallSpec {
  /** As the contract names it: `collection.collectNow`. */
  readonly method: string;
  readonly kind: PluginCall['kind'];
  /** What the answer must look like. */
  readonly shape: z.ZodType;
}

/** What a guarded call is run with. */
export interface GuardSettings {
  readonly wallNow: () => Date;
  readonly credentials: CredentialStore;
}

/** Opens the account at the first moment of the call; throws a PlatformError if it cannot be. */
export type Opener = () => OpenAccount;

/** What one method asks beyond the general rules. */
export interface CallRules<T> {
  /** Corrects an answer that `io` knows better. */
  judge?(value: T, call: PluginCall): T;
  /** Told when the call has ended, however it did. */
  ended?(call: PluginCall): void;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

const refusedTime = (name: string, spec: CallSpec, time: CallTime, now: Date): PlatformError | undefined => {
  const sendBefore = 'sendBefore' in time ? time.sendBefore : undefined;
  const dates = spec.kind === 'write' ? { deadline: time.deadline, sendBefore } : { deadline: time.deadline };
  for (const [member, date] of Object.entries(dates)) {
    if (!(date instanceof Date) || Number.isNaN(date.getTime())) {
      return forbidden(
        `${name}: ${member} is not a date; ${spec.kind === 'write' ? 'a call that is not a read needs deadline and sendBefore' : 'a read needs deadline'}, both wall time.`,
      );
    }
  }
  if (time.deadline <= now) return tooLate(`${name}: not begun, its deadline ${time.deadline.toISOString()} had passed.`, 'no');
  if (spec.kind === 'write' && sendBefore !== undefined && sendBefore <= now)
    return tooLate(`${name}: not begun, its sendBefore ${sendBefore.toISOString()} had passed.`, 'no');
  return undefined;
};

const contextOf = (account: OpenAccount, call: PluginCall, settings: GuardSettings): CallContext<unknown, unknown> => ({
  connection: account.connection,
  session: account.session,
  get signal() { return call.signal; },
  deadline: call.deadline,
  log: account.log,
  credential: async (name, mint) => {
    const key = { plugin: account.plugin, connectionId: account.connection.connectionId, name };
    // Minting moves no money: it passes in `observe` too, and what it sends says nothing about whether the call itself reached the platform.
    const minting: PluginCall = { ...call, minting: true, requests: [], seen: new Set() };
    const value = await settings.credentials.obtain(key, (previous) => runInCall(minting, () => mint(previous)));
    account.addSecret(value);
    return value;
  },
});

const checkedShape = <T>(copy: T, shape: z.ZodType): T => {
  const issue = shape.safeParse(copy).error?.issues[0];
  if (issue === undefined) return copy;
  const place = issue.path.length === 0 ? 'the answer' : `the answer's ${issue.path.map(String).join('.')}`;
  throw new UnexpectedAnswer(`${place} is not what the contract says: ${issue.message}`);
};

/**
 * Runs one method of a plugin: under its deadline even if the plugin hangs, with the account's sockets open to it and to nobody else, its answer taken as
 * deep-frozen plain data, its errors translated and stripped of secrets. Never throws for what a plugin does.
 */
export const guardedCall = async <T>(
  plugin: string,
  open: Opener,
  spec: CallSpec,
  time: CallTime,
  settings: GuardSettings,
  body: (context: CallContext<unknown, unknown>) => T | Promise<T>,
  rules: CallRules<T> = {},
): Promise<CallResult<T>> => {
  const name = `${plugin} ${spec.method}`;
  const now = settings.wallNow();
  const refusal = refusedTime(name, spec, time, now);
  if (refusal !== undefined) return { ok: false, error: refusal };

  let account: OpenAccount;
  try {
    account = runInCall(undefined, open);
  } catch (error) {
    return { ok: false, error: translateError(error, { name, reached: 'no', strip: (text) => text }) };
  }

  const end = createCallEnd();
  const call: PluginCall = {
    name,
    kind: spec.kind,
    observe: account.mode === 'observe',
    deadline: time.deadline,
    sendBefore: spec.kind === 'write' && 'sendBefore' in time ? time.sendBefore : undefined,
    heldBack: 'heldBack' in time ? time.heldBack : undefined,
    get signal() { return end.signal(); },
    requests: [],
    seen: new Set(),
    minting: false,
  };
  if (call.observe && spec.kind === 'write')
    return { ok: false, error: forbidden(`${name}: held back, because the connection only observes.`) };

  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => {
      const error = deadlinePassed(call);
      end.because(() => error);
      reject(error);
    }, Math.min(time.deadline.getTime() - now.getTime(), MAX_TIMER_MS));
  });
  try {
    const answer = runInCall(call, async () => body(contextOf(account, call, settings)));
    const value = await Promise.race([answer, late]);
    const copy = checkedShape(plainCopy(value, 'the answer'), spec.shape);
    return { ok: true, value: rules.judge === undefined ? copy : rules.judge(copy, call) };
  } catch (error) {
    return { ok: false, error: translateError(error, { name, call, strip: account.strip }) };
  } finally {
    clearTimeout(alarm);
    // What the plugin left running is ended with its call.
    end.because(() => forbidden(`${name}: the call had ended.`));
    rules.ended?.(call);
  }
};
