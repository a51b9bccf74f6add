/**
 * cards: the ledger of a client's card: tries, lasting stops, the one charge in flight, and what was asked for lately.
 * Promises that a card is tightened before money moves and loosened only by whoever holds the charge in flight.
 * Must not know cases, gateways or why a charge is made.
 */
export { cardIndexes, createCardLedger, type CardLedger, type CardRef, type DirectEntry, type EnterResult, type Reservation, type ReserveResult } from './card-ledger.js';
export type { CardStop, KeptStop } from './ledger-document.js';
export { cardKeyOf, triedCardOf } from './card-key.js';
