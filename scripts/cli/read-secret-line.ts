import { UsageError } from './failures.js';

/** All of standard input; on a terminal one line, not echoed. */
export const readSecretLine = async (name: string): Promise<string> => {
  if (!process.stdin.isTTY) {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
  process.stderr.write(`${name} (not shown): `);
  process.stdin.setRawMode(true);
  try {
    return await typedLine();
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stderr.write('\n');
  }
};

const typedLine = (): Promise<string> =>
  new Promise((resolve, reject) => {
    let line = '';
    const onData = (chunk: Buffer): void => {
      for (const character of chunk.toString('utf8')) {
        const done = character === '\r' || character === '\n';
        // Ctrl-C and Ctrl-D arrive as characters in raw mode
        const left = character === '\u0003' || character === '\u0004';
        if (done || left) {
          process.stdin.off('data', onData);
          if (done) resolve(line);
          else reject(new UsageError('Nothing was entered.'));
          return;
        }
        line = character === '\u007f' || character === '\b' ? line.slice(0, -1) : line + character;
      }
    };
    process.stdin.on('data', onData);
    process.stdin.resume();
  });
