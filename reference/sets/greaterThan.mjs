/** Greater-than (Hanna et al. 2023): a span of years whose end must come after its beginning. */
import { pick, seeded } from './random.mjs';

const NOUNS = (
  'war voyage siege reign expedition dispute drought exhibition trial project famine festival rebellion survey ' +
  'construction marriage'
).split(' ');
const CENTURIES = ['11', '12', '13', '14', '15', '16', '17'];
const ITEMS = 200;

const two = (n) => String(n).padStart(2, '0');

export function greaterThan({ encode, decode }) {
  for (let n = 0; n < 100; n++)
    if (encode(two(n)).length !== 1) throw new Error(`greater-than: '${two(n)}' is not one token of GPT-2.`);
  const splits = (year) => {
    const parts = encode(` ${year}`).map((id) => decode([id]));
    return parts.length === 2 && parts[0] === ` ${year.slice(0, 2)}`;
  };
  const random = seeded(2);
  const items = [];
  const seen = new Set();
  while (items.length < ITEMS) {
    const noun = pick(random, NOUNS);
    const century = pick(random, CENTURIES);
    // From 02 to 97, so that there are years on both sides.
    const begin = 2 + Math.floor(random() * 96);
    const year = `${century}${two(begin)}`;
    const later = begin + 1 + Math.floor(random() * (98 - begin));
    const earlier = 1 + Math.floor(random() * (begin - 1));
    if (!splits(year) || !splits(`${century}01`) || seen.has(noun + year)) continue;
    seen.add(noun + year);
    const fill = (from) => `The ${noun} lasted from the year ${from} to the year ${century}`;
    const [prompt, corrupted] = [fill(year), fill(`${century}01`)];
    if (encode(prompt).length !== encode(corrupted).length)
      throw new Error(`greater-than: misaligned: ${prompt}`);
    items.push({
      prompt,
      subject: year,
      answer: two(later),
      distractor: two(earlier),
      corrupted,
      label: `greater-than:${noun}`,
    });
  }
  return items;
}
