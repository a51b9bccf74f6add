import type { Socket } from 'node:net';

// oxlint-disable no-underscore-dangle -- the names are those of Node's streams

/**
 * Puts a gate before a connected socket: `refusal` is asked in the very tick in which bytes are handed to the operating system, and what it returns
 * keeps them back and ends the request. The inner `_write` and `_writev` are taken, not `write`: what is corked or buffered above them has not left yet
 * and may still be held.
 */
export const gateSocket = (socket: Socket, refusal: () => Error | undefined): void => {
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  socket._write = (chunk, encoding, done) => {
    const refused = refusal();
    if (refused === undefined) write(chunk, encoding, done);
    else done(refused);
  };
  if (writev === undefined) return;
  socket._writev = (chunks, done) => {
    const refused = refusal();
    if (refused === undefined) writev(chunks, done);
    else done(refused);
  };
};
