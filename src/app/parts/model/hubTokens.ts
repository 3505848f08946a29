/**
 * Access tokens of this visit, in memory only, each under the origin of the hub that it was typed for: another address in
 * the field beside it shows another token, or none.
 */
import { DEFAULT_HUB, hubAddress, isPrivate } from '../../../load/fetching';

export type HubTokens = ReadonlyMap<string, string>;

/** The hub of an address, the Hugging Face hub's if it is empty; null while it is none. */
export function hubOf(address: string): URL | null {
  try {
    return hubAddress(address.trim() || DEFAULT_HUB);
  } catch {
    return null;
  }
}

/** What is to be sent to a hub; '' for nothing. */
export const tokenOf = (tokens: HubTokens, hub: URL | null): string =>
  hub && isPrivate(hub) ? (tokens.get(hub.origin) ?? '') : '';

export const withToken = (tokens: HubTokens, hub: URL, token: string): HubTokens =>
  new Map(tokens).set(hub.origin, token.trim());

/** Why there is no token where one was typed; null if there is nothing to say. */
export function tokenNote(tokens: HubTokens, hub: URL | null): string | null {
  if (hub === null) return 'A token belongs to one hub: give its address first.';
  if (!isPrivate(hub)) return 'A token is never sent over plain http: give an https address.';
  if (tokenOf(tokens, hub) !== '') return null;
  const others = [...tokens].flatMap(([origin, token]) => (token === '' ? [] : [new URL(origin).host]));
  return others.length === 0 ? null : `The token for ${others.join(', ')} is not sent to ${hub.host}.`;
}
