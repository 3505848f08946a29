/**
 * Texts on which to fit a Jacobian lens of Atlas: facts that it knows, in sentences, joined to passages
 * that fill its 64 tokens. A JSON list.
 *
 *     node scripts/atlasTexts.mjs [COUNT] [FIRST] > texts.json      default 40 passages from number 0 on
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Sentences of a passage; the end is cut. */
const SENTENCES = 9;

const [count = 40, first = 0] = process.argv.slice(2).map(Number);
const { relations, facts } = JSON.parse(readFileSync('public/models/atlas/facts.json', 'utf8'));

/** The order depends on a sentence's own words. */
const order = (text) => createHash('sha256').update(text).digest('hex');

const sentences = facts
  .flatMap(({ relation, subject, answer, known }) =>
    known.map((i) => {
      const all = relations[relation].templates;
      return `${all[i].replace('{subject}', subject)}${answer}.`;
    }),
  )
  .sort((a, b) => (order(a) < order(b) ? -1 : 1));
const passages = Array.from({ length: Math.floor(sentences.length / SENTENCES) }, (_, i) =>
  sentences.slice(i * SENTENCES, (i + 1) * SENTENCES).join(' '),
);
console.log(JSON.stringify(passages.slice(first, first + count), null, 1));
