import { z } from 'zod';
import { oneOf, trueOrFalse, textUpTo } from './expectations.js';

const accounts = 'an object of the platform\'s account ids, each with the id of a gateway account';

/** The options of a connection that the hub itself obeys (specification 3.5). All others belong to the plugin. */
export const connectionOptions = z.strictObject({
  livemode: trueOrFalse().optional(),
  gatewayMap: z.record(textUpTo(128), textUpTo(64), { error: accounts }).default({}),
  platformRetriesOff: trueOrFalse().default(false),
  takeOver: oneOf(['immediately', 'after_platform_gives_up']).default('immediately'),
  onBlocked: oneOf(['stop', 'hand_back']).default('stop'),
});

/** `gatewayMap`: the platform's account id → our gatewayAccountId. `livemode`: declared where credentials do not reveal it. */
export type ConnectionOptions = Readonly<z.output<typeof connectionOptions>>;

const ours = new Set(Object.keys(connectionOptions.shape));

/** Parts the options a person entered into the hub's and the plugin's. */
export const partOptions = (entered: Readonly<Record<string, unknown>>) => {
  const part = (keep: (name: string) => boolean) => Object.fromEntries(Object.entries(entered).filter(([name]) => keep(name)));
  return { hub: part((name) => ours.has(name)), plugin: part((name) => !ours.has(name)) };
};
