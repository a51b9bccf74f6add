import type { ApiKey } from './api-keys.js';
import { fact } from './fact.js';
import type { FakePlatform } from './platform.js';
import { invalidRequest, type StripeFailure } from './stripe-failure.js';

export interface Wanted {
  readonly name: string;
  readonly id: string;
  readonly param?: string;
  /** 404 where the object is the address, 400 where it is a parameter. */
  readonly status?: 400 | 404;
}

const missing = ({ name, id, param = 'id', status = 404 }: Wanted, platform: FakePlatform, inOtherMode: boolean): StripeFailure => {
  const [here, there] = platform.account.livemode ? ['live', 'test'] : ['test', 'live'];
  const otherMode = `; a similar object exists in ${here} mode, but a ${there} mode key was used to make this request.`;
  return invalidRequest({
    fact: inOtherMode ? fact('request.wrong_mode') : fact('request.resource_missing'),
    code: 'resource_missing',
    message: `No such ${name}: '${id}'${inOtherMode ? otherMode : ''}`,
    param,
    status,
  });
};

/** Finds an object of the account as the key sees it: a key of the other mode finds nothing. */
export const findObject = <T>(platform: FakePlatform, key: ApiKey, objects: ReadonlyMap<string, T>, wanted: Wanted): T => {
  const found = objects.get(wanted.id);
  if (found === undefined) throw missing(wanted, platform, false);
  if (key.livemode !== platform.account.livemode) throw missing(wanted, platform, true);
  return found;
};

/** What a list shows to a key of the other mode: nothing. */
export const visibleTo = <T>(
  platform: FakePlatform,
  key: ApiKey,
  objects: Iterable<T>,
): T[] => (key.livemode === platform.account.livemode ? [...objects] : []);
