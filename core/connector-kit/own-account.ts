/** The `gatewayAccountRef` of a method that the platform holds at an account of its own: platform and gateway are one, so the platform collects. */
export const OWN_ACCOUNT = 'own';
