/**
 * Aborts, with the reason in words, when this process shall end: at SIGTERM or SIGINT, or when the process that forked it is gone.
 * @param parent `stdin`: the end of standard input also means that the parent is gone
 */
export const whenAskedToEnd = ({ parent }: { readonly parent: 'fork' | 'stdin' }): AbortSignal => {
  const asked = new AbortController();
  // they stay: a second signal must not cut the end short
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => asked.abort(signal));
  const gone = (): void => asked.abort('the parent process is gone');
  if (process.channel) process.once('disconnect', gone);
  if (parent === 'stdin') process.stdin.once('end', gone).once('close', gone).once('error', gone).resume();
  return asked.signal;
};
