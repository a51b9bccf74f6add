import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a request goes: the platform over TLS, or its stand-in on loopback over plain TCP. */
export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * A connected socket, after the TLS handshake, so that what is written to it leaves at once. Every request gets its own: a kept connection that the
 * platform has just closed would make the outcome of a write unknown for nothing. Proxy settings of the environment are not looked at.
 */
export const openSocket = (target: SocketTarget, signal: AbortSignal, authorities?: readonly string[]): Promise<Socket> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const { host, port } = target;
    const socket = target.tls
      ? connectTls({
          host,
          port,
          servername: host,
          minVersion: 'TLSv1.2',
          ALPNProtocols: ['http/1.1'],
          ...(authorities === undefined ? {} : { ca: [...authorities] }),
        })
      : connectPlain({ host, port });
    const stop = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    // Stays for the life of the socket: until the request has put its own listener on it, an error would end the process.
    socket.on('error', (error) => {
      signal.removeEventListener('abort', stop);
      reject(error);
    });
    socket.once(target.tls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', stop);
      resolve(socket);
    });
  });
