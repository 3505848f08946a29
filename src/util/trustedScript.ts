/**
 * The page's one Trusted Types policy (scripts/policy.mjs): a script may come from the folder of the build's own
 * scripts and from nowhere else. Browsers without Trusted Types, the development server and Node take any address.
 */

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

const policy =
  trustedTypes && import.meta.env.PROD
    ? trustedTypes.createPolicy('loci', { createScriptURL: (url) => ownScript(url, import.meta.url) })
    : null;

/** A build asset's address (from a `?worker&url` import) as `new Worker` takes it. */
export function trustedScript(url: string): string {
  return policy ? policy.createScriptURL(url) : url;
}

/** `url`, absolute, if it lies in the folder of `script`. Throws a sentence otherwise. */
export function ownScript(url: string, script: string): string {
  const folder = new URL('.', script).href;
  const { href } = new URL(url, script);
  if (href.startsWith(folder) && /^[\w.-]+\.js$/.test(href.slice(folder.length))) return href;
  throw new Error(`script: not one of the page's own, got '${url}', expected a file of ${folder}.`);
}
