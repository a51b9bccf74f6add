/**
 * gateways: which account a token is charged at, and what an answered or failed money call means.
 * Promises that a token is charged only where it was issued, and that a failed call is never taken for a decline of the card.
 * Must not know cases, schedules, or any gateway by name.
 */
export { issuingAccount, type GatewayRooms, type IssuingAccount } from './issuing-account.js';
export { chooseRoute, type RouteChoice } from './choose-route.js';
export { chargeOutcome, findOutcome, outcomeOfError, ownCodes } from './charge-outcome.js';
