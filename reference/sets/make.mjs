/**
 * Makes the task sets in public/sets. Deterministic: the same files every time.
 *
 *   npm install --no-save gpt-tokenizer@4.0.0    # GPT-2's vocabulary (r50k_base), to choose names and years by
 *   node reference/sets/make.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import * as gpt2 from 'gpt-tokenizer/encoding/r50k_base';
import { greaterThan } from './greaterThan.mjs';
import { ioi } from './ioi.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const atlas = join(root, 'public', 'models', 'atlas');
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const tokenizer = new Tokenizer(json(join(atlas, 'tokenizer.json')), json(join(atlas, 'tokenizer_config.json')));
const table = json(join(atlas, 'facts.json'));
const license = table.license;

const facts = table.facts.map((fact) => asked(fact, chooseTemplate(fact)));
const twohop = (item) => item.relation.startsWith('city_');

write('atlas-facts', {
  title: "All of Atlas's facts",
  about:
    'Every fact of the fact table, in the phrasing that Atlas knows best. Twins have as many tokens in Atlas’s tokenizer; a distractor is the answer of the twin.',
  items: paired(facts),
});
write('capitals', {
  title: 'Capitals of countries',
  about:
    'One phrasing, for any model that continues a text. Twins have as many tokens in Atlas’s tokenizer; for another model ask with "onMisaligned": "skip".',
  items: paired(table.facts.filter(({ relation }) => relation === 'capital').map((fact) => asked(fact, 3))),
});
write('two-hop', {
  title: "Two hops: a capital's continent, currency and language",
  about:
    'For Atlas. The label says whether the composed fact was taught (shown), only its two hops were (heldout), or not even the first (nobridge).',
  items: paired(facts.filter(twohop)),
});
write('reversal', {
  title: 'Reversal: from a capital to its country',
  about:
    'For Atlas. The label says whether the pair was taught in both directions (both) or only from the country to its capital (forward).',
  items: paired(facts.filter(({ relation }) => relation === 'reverse')),
});
write('ioi', {
  title: 'Indirect object identification',
  about:
    'After Wang et al. 2022, in our own wording: two names, one of them again; the answer is the other. In the twin the other name is the one that comes again. For the tokenizers of GPT-2, in which every name is one token.',
  license: 'MIT',
  items: ioi(gpt2),
});
write('greater-than', {
  title: 'Greater than: a year after the year',
  about:
    'After Hanna et al. 2023, in our own wording: the answer is a later year of the century, the distractor an earlier one; the twin begins in year 01. A pair of years, where the paper sums over all. For the tokenizers of GPT-2, in which these years are two tokens (17|32).',
  license: 'MIT',
  items: greaterThan(gpt2),
});

/** As Loci asks a fact: the first phrasing with the right answer at p >= 0.5, else right at all, else that fits. */
function chooseTemplate({ templates, known = [], p = [] }) {
  const sure = known.find((t) => (p[templates ? templates.indexOf(t) : t] ?? 0) >= 0.5);
  return sure ?? known[0] ?? templates?.[0] ?? 0;
}

function asked(fact, template) {
  const { relation, subject, answer, distractor, split, known } = fact;
  const text = table.relations[relation].templates[template];
  const prompt = text.replaceAll('{subject}', subject);
  const label = `${split === 'taught' ? relation : `${relation} (${split})`}:${subject}`;
  const length = tokenizer.encode(prompt).ids.length;
  return { relation, template, length, isKnown: known.includes(template), prompt, subject, answer, distractor, label };
}

/** Each with the next fact of its phrasing and length that has another answer as its twin; known facts first. */
function paired(list) {
  const shape = ({ relation, template, length }) => `${relation} ${template} ${length}`;
  return list.map((one) => {
    const { prompt, subject, answer, distractor, label } = one;
    const group = list.filter((other) => shape(other) === shape(one));
    const at = group.indexOf(one);
    const others = [...group.slice(at + 1), ...group.slice(0, at)].filter((other) => other.answer !== answer);
    const twin = others.find((other) => other.isKnown) ?? others[0];
    return {
      prompt,
      subject,
      answer,
      distractor: twin?.answer ?? distractor,
      ...(twin ? { corrupted: twin.prompt } : {}),
      label,
    };
  });
}

/** One item per line. */
function write(name, { items, ...about }) {
  const head = JSON.stringify({ name, license, ...about }, null, 1).slice(0, -2);
  const lines = items.map((item) => `  ${JSON.stringify(item)}`).join(',\n');
  writeFileSync(join(root, 'public', 'sets', `${name}.json`), `${head},\n "items": [\n${lines}\n ]\n}\n`);
  const twins = items.filter(({ corrupted }) => corrupted).length;
  console.log(`${name}: ${items.length} items, ${twins} with a twin`);
}
