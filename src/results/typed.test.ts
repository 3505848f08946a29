import { expect, it } from 'vitest';
import { traceWords } from './finding';
import { sampleDocument } from './testing/sampleDocument';
import { typedNote, typedText } from './typed';

it('says what was typed where a traced token is only its beginning', () => {
  const document = sampleDocument();
  expect(typedNote(document)).toBeNull();
  const spec = { ...document.spec, answer: { id: document.answer!.id, typed: 'Ouagadougou' } };
  const answer = { ...document.answer!, token: ' Ou' };
  const note = "The answer was typed as 'Ouagadougou'; its first token, 'Ou', is traced.";
  expect(typedNote({ ...document, spec, answer })).toBe(note);
  expect(traceWords({ ...document, spec, answer }).notes).toContain(note);
});

it('names the character of a token that is a part of one', () => {
  expect(typedText({ token: ' Paris' }, { typed: ' 東京', token: '<0xE6><0x9D>' })).toBe(
    "The distractor was typed as '東京'; its first token, a part of '東', is traced.",
  );
});
