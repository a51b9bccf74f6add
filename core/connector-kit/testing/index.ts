/**
 * The harness of fake platforms: what every stateful stand-in on loopback needs, whatever its platform, apart from the contract of plugins.
 * Promises: a leaf of its own beside the kit; the same seed gives the same world; nothing listens but on 127.0.0.1; the ledger counts every request for money.
 * Must not know: any platform, any connector, the contract a connector keeps, the framework of tests; what a platform does is its fake's own.
 */
export { ringAt } from './alarm.js';
export { answeredOf, at, type Answered, type Body } from './answered.js';
export { basicUserOf, keyAmong } from './api-key.js';
export { createEventStream, type EventStream } from './event-stream.js';
export { createExchange, headerOf, type Answer, type Ended, type Exchange, type WireStyle } from './exchange.js';
export { factFaults, type Certainty, type Fact, type FactFaults } from './facts.js';
export { createFakeClock, type FakeClock, type FakeClockOptions, type Instant } from './fake-clock.js';
export { createFakeParts, type FakeParts } from './fake-parts.js';
export { startFakeServer, type FakeOptions, type FakeServer, type FakeServerOptions, type RunningFake } from './fake-server.js';
export { appliesFirst, defineFaults, delayOf, type Fault, type FaultAction, type FaultKinds, type FaultList, type Matchable, type Struck } from './faults.js';
export { parseForm, type Form, type FormValue } from './form.js';
export { createIds, type IdShape, type MintId } from './ids.js';
export { createKeyMemory, type KeptAnswer, type KeyMemory, type KeyState } from './key-memory.js';
export {
  createMoneyLedger, isOverpaid, reportOf, type Asked, type Dated, type Held, type MoneyLedger, type MoneyLedgerOptions, type MoneyRequest, type Moving,
  type Report, type SecondTry,
} from './money-ledger.js';
export { accidents, createOrdinaryWorld, ordinaryOrders, ordinaryReadings, type OrdinaryParts, type OrdinaryWorld } from './ordinary-world.js';
export { createRaces, type Raced, type RacedRead, type Races } from './races.js';
export { createRandom, type Random } from './random.js';
export { openReceiver, until, type Receiver } from './receiver.js';
export { matchRoute, routeOf, type EndpointOf, type Matched, type PreparedOf, type RouteOf } from './route.js';
export { runFake, type ProcessSettings, type RunFakeOptions } from './run-fake.js';
export { nextResult, upcomingResult, type Script } from './script.js';
export { countInLastMinute, seen, type SeenRequest } from './seen-request.js';
export { createApi, ownFault, type Admitted, type ApiParts, type ApiRules, type Begun, type Executed, type KeyRules } from './serve-api.js';
export {
  createWebhookSender, type Delivery, type DeliveryState, type Letter, type WebhookSender, type WebhookStyle, type WebhookTarget,
} from './webhook-sender.js';
export { commandsOf, named, serveControl, type WorldControl } from './world-control.js';
