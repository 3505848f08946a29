/** Indirect object identification (Wang et al. 2022): both orders of the names, several wordings. */
import { pick, seeded } from './random.mjs';

const TEMPLATES = [
  'After lunch, {A} and {B} walked to the {PLACE}. There {S} passed a {THING} to',
  'When {A} and {B} arrived at the {PLACE}, {S} handed a {THING} to',
  'While {A} and {B} were working at the {PLACE}, {S} offered a {THING} to',
  'Yesterday {A} and {B} met near the {PLACE}, and {S} brought a {THING} for',
  'The {PLACE} was quiet when {A} and {B} came in, and soon {S} showed a {THING} to',
  'On the way to the {PLACE}, {A} and {B} began to talk, and {S} lent a {THING} to',
  'Since {A} and {B} had to leave the {PLACE} early, {S} promised a {THING} to',
  'Everybody at the {PLACE} knows {A} and {B}, so nobody wondered when {S} gave a {THING} to',
];
const PLACES = ['school', 'station', 'garden', 'office', 'museum', 'library', 'hospital', 'market'];
const THINGS = ['book', 'ring', 'letter', 'basket', 'camera', 'ticket', 'drink', 'key'];
const NAMES = (
  'Mary John Tom James Anna Paul Peter Sarah Laura Mark David Alice Robert Susan Kevin Emily Daniel Rachel Brian ' +
  'Jessica Adam Michelle Jason Amy Eric Julia Sean Kate Simon Jane Martin Lisa Andrew Rose Henry Grace Frank Helen'
).split(' ');
const ITEMS = 240;

export function ioi({ encode }) {
  for (const word of [...NAMES, ...PLACES, ...THINGS])
    if (encode(` ${word}`).length !== 1) throw new Error(`ioi: ' ${word}' is not one token of GPT-2.`);
  const random = seeded(1);
  const seen = new Set();
  const items = [];
  while (items.length < ITEMS) {
    const template = TEMPLATES[items.length % TEMPLATES.length];
    const order = items.length % (2 * TEMPLATES.length) < TEMPLATES.length ? 'ABBA' : 'BABA';
    const [io, s] = [pick(random, NAMES), pick(random, NAMES)];
    const [place, thing] = [pick(random, PLACES), pick(random, THINGS)];
    if (io === s || seen.has(`${template}${io}${s}`)) continue;
    seen.add(`${template}${io}${s}`);
    // ABBA: the indirect object is named first. BABA: the subject is.
    const [a, b] = order === 'ABBA' ? [io, s] : [s, io];
    const fill = (again) =>
      template
        .replace('{A}', a)
        .replace('{B}', b)
        .replace('{PLACE}', place)
        .replace('{THING}', thing)
        .replace('{S}', again);
    const [prompt, corrupted] = [fill(s), fill(io)];
    if (encode(prompt).length !== encode(corrupted).length) throw new Error(`ioi: misaligned: ${prompt}`);
    const label = `${order}:${[io, s].sort().join(' and ')}`;
    items.push({ prompt, subject: `${s}#2`, answer: ` ${io}`, distractor: ` ${s}`, corrupted, label });
  }
  return items;
}
