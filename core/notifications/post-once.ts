import { redactText } from '../observability/index.js';
import { request, type Dispatcher } from 'undici';
import { TargetRefusedError } from './guarded-dispatcher.js';

const keptAnswerBytes = 1024;

/** Why a try did not succeed. */
export type TryFailure = 'status' | 'redirect' | 'timeout' | 'connection' | 'refused_target';

/** What one POST came to. `status` is null when no answer came; `answer` is the first KB, redacted. */
export interface PostResult {
  readonly status: number | null;
  readonly durationMs: number;
  readonly answer: string;
  readonly failure: TryFailure | null;
  /** The error's code where there was no answer, such as `ECONNRESET`. */
  readonly code: string | null;
}

const failureOf = (status: number): TryFailure | null => {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : 'status';
};

const firstBytes = async (body: AsyncIterable<unknown> & { destroy(): unknown }): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      length += chunk.length;
      if (length >= keptAnswerBytes) break;
    }
  } catch { /* the status has been received and decides; a body that breaks off or does not end only shortens the log */ }
  body.destroy();
  return redactText(new TextDecoder().decode(Buffer.concat(chunks).subarray(0, keptAnswerBytes)));
};

const codeOf = (error: unknown): string => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
};

/** Sends one POST and waits at most `timeoutMs` for its status line. Follows no redirect, repeats nothing, never throws. */
export const postOnce = async (post: {
  readonly url: string; readonly headers: Record<string, string>; readonly body: string;
  readonly dispatcher: Dispatcher; readonly timeoutMs: number;
}): Promise<PostResult> => {
  const from = performance.now();
  const elapsed = () => Math.round(performance.now() - from);
  const controller = new AbortController();
  const deadline = setTimeout(() => { controller.abort(); }, post.timeoutMs);
  try {
    const response = await request(post.url, {
      method: 'POST', headers: post.headers, body: post.body, dispatcher: post.dispatcher, signal: controller.signal,
    });
    const durationMs = elapsed();
    const failure = failureOf(response.statusCode);
    return { status: response.statusCode, durationMs, answer: await firstBytes(response.body), failure, code: null };
  } catch (error) {
    const durationMs = elapsed();
    if (controller.signal.aborted) return { status: null, durationMs, answer: '', failure: 'timeout', code: null };
    const failure = error instanceof TargetRefusedError ? 'refused_target' : 'connection';
    return { status: null, durationMs, answer: '', failure, code: codeOf(error) };
  } finally {
    clearTimeout(deadline);
  }
};
