/** Vite plugins that put the page's policy (policy.mjs) into the build. */
import { headersFile, metaPolicy } from './policy.mjs';

/**
 * Only for the build of the page: not the command line, nor the development server, which needs
 * inline scripts.
 */
const apply = (_config, { command, isSsrBuild }) => command === 'build' && !isSsrBuild;

/** Adds the policy as the first element of the page's head, and as a file for hosts. */
export const pagePolicy = () => ({
  name: 'page-policy',
  apply,
  transformIndexHtml: {
    order: 'post',
    handler: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
        injectTo: 'head-prepend',
      },
    ],
  },
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile });
  },
});

/**
 * zod compiles its schemas with `new Function` if allowed, and tests whether it is; the policy
 * forbids it and would report each test. Its switch must be off before the first schema is made, so
 * it is turned off in zod itself.
 */
export const zodWithoutEval = () => ({
  name: 'zod-without-eval',
  apply,
  transform: {
    filter: { id: /\/zod\/v4\/core\/core\.js$/ },
    handler(code) {
      const initial = '__zod_globalConfig = {}';
      if (!code.includes(initial)) this.error(`zod: its configuration is elsewhere, expected '${initial}'.`);
      return { code: code.replace(initial, '__zod_globalConfig = { jitless: true }'), map: null };
    },
  },
});
