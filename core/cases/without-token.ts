/** What may rest as it is: a token that can be charged rests sealed only, and nothing reads it from here. */
export const withoutToken = <T extends object>(said: T): T => {
  if (!('token' in said)) return said;
  const { token: _token, ...rest } = said as T & { readonly token: unknown };
  return rest as T;
};
