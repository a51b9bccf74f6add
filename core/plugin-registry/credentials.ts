/** Which short-lived credential is meant. */
export interface CredentialKey {
  /** `connector/<id>` or `gateway/<id>`. */
  readonly plugin: string;
  readonly connectionId: string;
  readonly name: string;
}

/** A minted credential and its end, wall time. */
export interface MintedCredential {
  readonly value: string;
  readonly expiresAt: Date;
}

/** Keeps short-lived credentials (OAuth, refresh tokens). Implementations mint each once at a time and keep it until it expires. */
export interface CredentialStore {
  /** The kept value, or a freshly minted one. `mint` is given the last value, also an expired one. Rejects with what `mint` rejected with. */
  obtain(key: CredentialKey, mint: (previous: string | undefined) => Promise<MintedCredential>): Promise<string>;
}

/** Credentials kept in this process only, one minting at a time for each. For tests and until the vault keeps them. */
export const createMemoryCredentials = (wallNow: () => Date): CredentialStore => {
  const kept = new Map<string, MintedCredential>();
  const minting = new Map<string, Promise<MintedCredential>>();

  const obtain: CredentialStore['obtain'] = async (key, mint) => {
    const id = JSON.stringify([key.plugin, key.connectionId, key.name]);
    for (;;) {
      const known = kept.get(id);
      if (known !== undefined && known.expiresAt > wallNow()) return known.value;
      const underWay = minting.get(id);
      if (underWay === undefined) {
        const started = mint(known?.value);
        minting.set(id, started);
        try {
          const minted = await started;
          kept.set(id, minted);
          return minted.value;
        } finally {
          minting.delete(id);
        }
      }
      // Another call mints. If it fails (its own deadline, perhaps), this one tries for itself.
      const theirs = await underWay.catch(() => undefined);
      if (theirs !== undefined) return theirs.value;
    }
  };
  return { obtain };
};
