/** `npm run reference`: makes the pictures of e2e/reference anew. Look at each before committing it. */
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { bin, fail, run } from './shell.mjs';

ensureInstalled();
const { findChromium } = await import('./chromium.mjs');
process.env.LOCI_CHROMIUM = await findChromium();
if (!build()) fail('reference: the page does not build, see above.');
// The last test looks at what the others write.
const args = ['test', 'e2e/reference.spec.ts', '--workers=1'];
if (!run(bin('playwright'), args, { env: { LOCI_REFERENCE: 'write' } })) process.exit(1);
