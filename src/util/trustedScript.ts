/**
 * The page's one Trusted Types policy (scripts/policy.mjs): scripts may come only from the folder
 * of the build's own scripts, and the service worker from beside it. Browsers without Trusted Types, the development server and Node
 * accept any address.
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

/** A build asset's address (from a `?worker&url` import) in the form that `new Worker` accepts. */
export function trustedScript(url: string): string {
  return policy ? policy.createScriptURL(url) : url;
}

/** `url`, made absolute, if it lies in the folder of `script` or is the service worker; else throws. */
export function ownScript(url: string, script: string): string {
  const folder = new URL('.', script).href;
  const { href } = new URL(url, script);
  if (href.startsWith(folder) && /^[\w.-]+\.js$/.test(href.slice(folder.length))) return href;
  // A service worker serves the folder that it lies in.
  if (href === new URL('../service-worker.js', script).href) return href;
  throw new Error(`script: not one of the page's own, got '${url}', expected a file of ${folder}.`);
}
