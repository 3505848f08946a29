/**
 * `node scripts/pictures.mjs [NAME...]`: draws the pictures of the documentation, docs/pictures/NAME.svg, by the command line
 * on this machine's adapter. Without names: those of all pages.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './shell.mjs';

const SCENES = 'public/models/shapes/scenes.zip';

/**
 * By page: the figures that it shows, by their names in the document (default all), and the spec below specs/ (default:
 * NAME.json; null: the one that stands on the page, which asks for more), the lens that is open, and the pictures of a
 * question about a net.
 */
const PICTURES = {
  'causal-trace': { spec: null, figures: ['hidden', 'mlp', 'attn'] },
  'average-trace': { spec: null, figures: ['hidden'] },
  severed: {},
  'activation-patching': { figures: ['resid_pre', 'mlp_out'] },
  'path-patching': { figures: ['to logits'] },
  ablation: { figures: ['attn_head_out_all_pos'] },
  knockout: {},
  mediation: { figures: ['attn_head_out_all_pos'] },
  'attention-counterfactual': { figures: ['change_heads', 'change_blocks'] },
  attribution: { figures: ['heads'] },
  'input-attribution': { figures: ['tokens'] },
  'logit-lens': { figures: ['resid_post_top'] },
  'jacobian-lens': {
    spec: null,
    figures: ['resid_post_top', 'jacobian_top'],
    lens: 'reference/goldens/jacobian_lens/atlas.pt',
  },
  steering: { figures: ['effect'] },
  probe: { figures: ['accuracy', 'causal'] },
  trajectory: { figures: ['plane'] },
  selectivity: { figures: ['heads_drop'] },
  'text-order': { figures: ['contribution'] },
  intervention: {},
  graphs: { spec: 'graph-planted-path.json' },
  'image-occlusion': { spec: 'images/image-occlusion.json', images: `${SCENES}/red circle/00.png` },
  removal: { spec: 'images/removal.json', images: SCENES, figures: ['most'] },
};

/** A picture on a page is at most this large. */
const MOST_BYTES = 60 * 1024;

const work = join(root, '.cache', 'pictures');
const pictures = join(root, 'docs', 'pictures');

mkdirSync(work, { recursive: true });
mkdirSync(pictures, { recursive: true });
const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(PICTURES)) draw(name);

function draw(name) {
  const {
    figures: shown,
    spec = `${name}.json`,
    lens,
    images,
  } = PICTURES[name] ?? fail(`pictures: no such page, got '${name}'.`);
  const document = join(work, `${name}.json`);
  const more = [...(lens ? ['--lens', join(root, lens)] : []), ...(images ? ['--images', images] : [])];
  loci('run', spec === null ? specOnPage(name) : join(root, 'specs', spec), ...more, '--out', document);
  if (shown) keepFigures(document, shown);
  const picture = join(pictures, `${name}.svg`);
  loci('export', document, '--as', 'svg', '--out', picture);
  const { size } = statSync(picture);
  console.log(`docs/pictures/${name}.svg: ${size} bytes`);
  if (size > MOST_BYTES)
    fail(`pictures: ${name}: too large, got ${size} bytes, expected at most ${MOST_BYTES}.`);
}

function specOnPage(name) {
  const page = readFileSync(join(root, 'docs', `${name}.md`), 'utf8');
  const [, spec] = /```json\n(.*?)```/s.exec(page) ?? fail(`pictures: docs/${name}.md holds no spec.`);
  const file = join(work, `${name}.spec.json`);
  writeFileSync(file, spec);
  return file;
}

function keepFigures(file, names) {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  const known = document.figures.map(({ name }) => name);
  const missing = names.find((name) => !known.includes(name));
  if (missing) fail(`pictures: no such figure, got '${missing}', expected one of ${known.join(', ')}.`);
  const figures = document.figures.filter(({ name }) => names.includes(name));
  writeFileSync(file, JSON.stringify({ ...document, figures }));
}

function loci(...args) {
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'loci.mjs'), ...args], options);
  if (status !== 0) fail(`pictures: loci ${args[0]} failed, see above.`);
}
