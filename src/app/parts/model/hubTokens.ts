/**
 * This visit's access tokens, in memory only, by the origin of the hub they were typed for:
 * changing the address changes the token shown.
 */
import { DEFAULT_HUB, hubAddress, isPrivate } from '../../../load/fetching';

export type HubTokens = ReadonlyMap<string, string>;

/** The hub of an address, by default Hugging Face; null if invalid. */
export function hubOf(address: string): URL | null {
  try {
    return hubAddress(address.trim() || DEFAULT_HUB);
  } catch {
    return null;
  }
}

/** The token to send to a hub; '' for none. */
export const tokenOf = (tokens: HubTokens, hub: URL | null): string =>
  hub && isPrivate(hub) ? (tokens.get(hub.origin) ?? '') : '';

export const withToken = (tokens: HubTokens, hub: URL, token: string): HubTokens =>
  new Map(tokens).set(hub.origin, token.trim());

/** Why a typed token is not used; null for no note. */
export function tokenNote(tokens: HubTokens, hub: URL | null): string | null {
  if (hub === null) return 'A token belongs to one hub: give its address first.';
  if (!isPrivate(hub)) return 'A token is never sent over plain http: give an https address.';
  if (tokenOf(tokens, hub) !== '') return null;
  const others = [...tokens].flatMap(([origin, token]) => (token === '' ? [] : [new URL(origin).host]));
  return others.length === 0 ? null : `The token for ${others.join(', ')} is not sent to ${hub.host}.`;
}
