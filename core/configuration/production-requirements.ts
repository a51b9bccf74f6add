/** A setting that production does not start without. */
export interface ProductionRequirement {
  readonly variable: string;
  readonly meaning: string;
  /** A shell word to put behind `export VARIABLE=`; it makes fresh random secrets with Node alone. */
  readonly example: string;
}

/** What becomes required as soon as the hub runs in production, which is the default once MONGODB_URI is set. */
export const productionRequirements: readonly ProductionRequirement[] = [
  {
    variable: 'MONGODB_URI',
    meaning: 'your MongoDB, version 5 or later, single server or replica set',
    example: `'mongodb://127.0.0.1:27017/recovery_hub'`,
  },
  {
    variable: 'HUB_PUBLIC_URL',
    meaning: 'the https address under which billing platforms reach this hub',
    example: `'https://hub.example.com'`,
  },
  {
    variable: 'HUB_ENCRYPTION_KEYS',
    meaning: 'seals credentials and personal data; make it once, keep it safe, give every process the same',
    example: `"k1:$(node -p "crypto.randomBytes(32).toString('base64')")"`,
  },
  {
    variable: 'HUB_OPERATOR_JWT_SECRET',
    meaning: 'signs operator tokens; at least 32 bytes, the same in every process (or HUB_OPERATOR_JWT_PRIVATE_KEY, a PEM)',
    example: `"$(node -p "crypto.randomBytes(48).toString('base64url')")"`,
  },
];
