import { OWN_ACCOUNT, type TokenReading } from '../../core/connector-kit/index.js';

/**
 * `pm_…`, or `cus_…|pm_…`; older `card_…` and `src_…` are charged only with their customer. A bare `src_…` may be another gateway's.
 */
const FORM = /^(?:(cus_\w{1,200})\|)?(pm_\w{1,200})$|^(cus_\w{1,200})\|((?:card|src)_\w{1,200})$/;

/** Reads a token as merchants write it in the direct API. */
export const readToken = (text: string): TokenReading => {
  const found = FORM.exec(text);
  const methodRef = found?.[2] ?? found?.[4];
  const customerRef = found?.[1] ?? found?.[3];
  if (methodRef === undefined) return { recognised: false };
  return {
    recognised: true,
    token: { gatewayType: 'stripe', gatewayAccountRef: OWN_ACCOUNT, methodRef, ...(customerRef === undefined ? {} : { customerRef }) },
  };
};
