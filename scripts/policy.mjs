/**
 * The page's Content Security Policy and related headers: the single source for the built page's
 * meta element, for `npm start` and for dist/_headers (docs/hosting.md). Node built-ins only.
 */

export const POLICY = 'Content-Security-Policy';

const directives = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  // blob: for the PNG export, which draws an SVG made in the page; data: for a document's pictures.
  'img-src': "'self' blob: data:",
  // Hubs are chosen at run time, but a meta element cannot change; the page's fetch narrows this.
  'connect-src': "'self' https: http://localhost:* http://127.0.0.1:*",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'require-trusted-types-for': "'script'",
  // src/util/trustedScript.ts
  'trusted-types': 'loci',
};

/** For a meta element, where frame-ancestors has no effect. */
export const metaPolicy = Object.entries(directives)
  .map(([name, value]) => `${name} ${value}`)
  .join('; ');

/** For every response: a worker follows the policy of its own script's response, not the page's. */
export const headers = {
  [POLICY]: `${metaPolicy}; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** The policy for embed.html, which any site may show in a frame. */
export const framed = (policy) => policy.replace("frame-ancestors 'none'", 'frame-ancestors *');

/** The headers in the format of Netlify and Cloudflare Pages. */
export const headersFile = [
  // Some hosts join what several rules say, others take the last: no rule for all may forbid frames.
  ...rule('/*', { ...headers, [POLICY]: metaPolicy }),
  ...rule('/', { [POLICY]: headers[POLICY] }),
  ...rule('/index.html', { [POLICY]: headers[POLICY] }),
  '',
].join('\n');

function rule(path, sent) {
  return [path, ...Object.entries(sent).map(([name, value]) => `  ${name}: ${value}`)];
}
