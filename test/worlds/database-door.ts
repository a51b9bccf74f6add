import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import type { PassingCommand } from './passing-command.js';
import { planted, type Plant } from './plants.js';
import type { Traffic } from './traffic.js';

/**
 * What becomes of a command. `lose_answer`: it is carried out and the connection breaks. `lose_command`: the connection breaks first.
 * `stand_still`: it is carried out, and the process stands still before it hears of it.
 */
export type CommandFate = 'pass' | 'lose_answer' | 'lose_command' | 'stand_still' | 'die_after' | 'die_before';

/** A hub's way to the database, message by message. */
export interface DatabaseDoor {
  readonly uri: string;
  hold(): void;
  release(): void;
  /** No connection any more; those there are broken. */
  shut(): void;
  reopen(): void;
  close(): Promise<void>;
}

const headerBytes = 16;
const bodyAt = 21;

const passing = (message: Buffer): PassingCommand => {
  if (message.readInt32LE(12) !== 2013 || message[bodyAt - 1] !== 0) return { name: '', collection: '' };
  const type = message[bodyAt + 4];
  const end = message.indexOf(0, bodyAt + 5);
  const name = message.toString('utf8', bodyAt + 5, end);
  return { name, collection: type === 2 ? message.toString('utf8', end + 5, message.indexOf(0, end + 5)) : '' };
};

const localTime = Buffer.from('\tlocalTime\0', 'latin1');

/** The database lives in real time; the time it tells is the world's. */
const tellTime = (reply: Buffer, now: number): void => {
  const at = reply.indexOf(localTime);
  if (at >= 0) reply.writeBigInt64LE(BigInt(now), at + localTime.length);
};

/** Calls `each` with every whole message. */
const messages = (each: (message: Buffer) => void): ((chunk: Buffer) => void) => {
  let kept: Buffer = Buffer.alloc(0);
  return (chunk) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    while (kept.length >= headerBytes) {
      const size = kept.readInt32LE(0);
      if (kept.length < size) return;
      const message = kept.subarray(0, size);
      kept = kept.subarray(size);
      each(message);
    }
  };
};

/** Opens a door on a unix socket at `path` to the database listening at `target`. `judge` is asked of every command. */
export const openDatabaseDoor = async (options: {
  readonly path: string; readonly target: string; readonly databaseName: string; readonly traffic: Traffic;
  /** Wall ms as the database is to tell it. */
  readonly now: () => number;
  /** A rule taken away from what passes. */
  readonly plant: Plant | undefined;
  readonly judge: (command: PassingCommand) => CommandFate;
  /** Stands the process still, or ends it. */
  readonly strike: (fate: 'stand_still' | 'die_after' | 'die_before') => void;
}): Promise<DatabaseDoor> => {
  const { traffic, path } = options;
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const state = { held: 'no' as 'no' | 'yes', shut: 'no' as 'no' | 'yes' };
  const pass = (go: () => void) => { if (state.held === 'yes') waiting.push(go); else go(); };

  const server = createServer((near) => {
    if (state.shut === 'yes') { near.destroy(); return; }
    const far = connect({ path: options.target });
    const fates = new Map<number, CommandFate>();
    const end = () => {
      near.destroy();
      far.destroy();
      for (const _ of fates.keys()) traffic.answered();
      fates.clear();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => { sockets.delete(socket); end(); });
    }
    const ask = (message: Buffer) => {
      if (near.destroyed) return;
      const command = passing(message);
      const fate = options.judge(command);
      if (fate === 'lose_command' || fate === 'die_before') {
        end();
        if (fate === 'die_before') options.strike(fate);
        return;
      }
      fates.set(message.readInt32LE(4), fate);
      traffic.asked();
      far.write(planted(message, command, options.plant));
    };
    near.on('data', messages((message) => { pass(() => { ask(message); }); }));
    far.on('data', messages((message) => {
      const id = message.readInt32LE(8);
      const fate = fates.get(id);
      if (fates.delete(id)) traffic.answered();
      if (fate === 'lose_answer') { end(); return; }
      if (fate === 'stand_still' || fate === 'die_after') options.strike(fate);
      pass(() => {
        if (near.destroyed) return;
        if (message.length < 2000) tellTime(message, options.now());
        near.write(message);
      });
    }));
  });
  server.listen(path);
  await once(server, 'listening');
  const breakAll = () => { for (const socket of sockets) socket.destroy(); };
  return {
    // the driver looks after the server every ten seconds of real time unless told otherwise
    uri: `mongodb://${encodeURIComponent(path)}/${options.databaseName}?directConnection=true&heartbeatFrequencyMS=600000&minHeartbeatFrequencyMS=5`,
    hold: () => { state.held = 'yes'; },
    release: () => {
      state.held = 'no';
      for (const go of waiting.splice(0)) go();
    },
    shut: () => { state.shut = 'yes'; breakAll(); },
    reopen: () => { state.shut = 'no'; },
    close: async () => {
      state.shut = 'yes';
      breakAll();
      const closed = once(server, 'close');
      server.close();
      await closed;
      rmSync(path, { force: true });
    },
  };
};
