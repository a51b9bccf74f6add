import type { RawDecline } from '../connector-kit/index.js';
import type { Classification, DeclineSignals } from './classification.js';
import type { DeclineCatalogue } from './decline-catalogue.js';
import { judgeSignals } from './judge-signals.js';
import { printable } from './printable.js';
import { readAdvice, readAnyNetworkCode, readGatewayCode, readNetworkCode } from './read-signals.js';

/**
 * What a decline means: reason, category, strictest advice, and every signal kept. Pure; never throws, whatever the strings.
 *
 * Order of the reason: a refusal the gateway made itself · the raw network code by card brand · the gateway's own code · the raw network code by
 * the general table, for codes the brand's table does not know · `unknown`. The advice code is laid over that.
 *
 * How a plugin fills a `RawDecline`:
 * - `system` is the table of `systems.json` whose codes the gateway speaks, `code` its code untranslated (for a gateway with a separate error code:
 *   the decline code, else the error code). A system without a table is classified `unknown`.
 * - A refusal by the gateway's own risk engine, never sent to the network (where an outcome is typed `blocked`, say): `system` is the gateway's
 *   block table (`kind: gateway_block`, an `…_outcome_reason` or `…_gateway_rejection`), `code` that outcome's reason, `reachedNetwork: false`.
 * - `network` is the card brand as the gateway spells it, `networkCode` the issuer's raw code as passed on, with leading zeros.
 * - A gateway without codes of its own that speaks our reasons (the built-in one) is declared as `kind: reason_names`.
 * - `adviceSystem` and `adviceCode` name one advice. Of a network's advice and the gateway's own the network's goes before, save that an advice not to
 *   try again goes before all. The table of raw network advice is named only by gateways known to pass the codes through unchanged.
 */
export function classify(decline: RawDecline, catalogue: DeclineCatalogue): Classification {
  const gateway = readGatewayCode(decline, catalogue);
  const network = readNetworkCode(decline, catalogue);
  const [before, after] = gateway?.step === 'gateway_block' ? [[gateway], []] : [[], gateway === undefined ? [] : [gateway]];
  const anyNetwork = network === undefined || network.code === '*' ? readAnyNetworkCode(decline, catalogue) : [];
  const codes = [...before, ...(network === undefined ? [] : [network]), ...after, ...anyNetwork];
  return judgeSignals(codes, readAdvice(decline, catalogue), keepSignals(decline), catalogue);
}

function keepSignals(decline: RawDecline): DeclineSignals {
  const { system, code, network, networkCode, adviceSystem, adviceCode, reachedNetwork } = decline;
  return {
    system: printable(system),
    code: printable(code),
    ...(network === undefined ? {} : { network: printable(network) }),
    ...(networkCode === undefined ? {} : { networkCode: printable(networkCode) }),
    ...(adviceSystem === undefined ? {} : { adviceSystem: printable(adviceSystem) }),
    ...(adviceCode === undefined ? {} : { adviceCode: printable(adviceCode) }),
    reachedNetwork,
  };
}
