import { expect, it } from 'vitest';
import { hubOf, type HubTokens, tokenNote, tokenOf, withToken } from './hubTokens';

const typed = withToken(new Map(), hubOf('')!, ' hf_secret ');
const at = (address: string, tokens: HubTokens = typed) => {
  const hub = hubOf(address);
  return [tokenOf(tokens, hub), tokenNote(tokens, hub)];
};

it('belongs to the hub that it was typed for, whatever its address is spelt like', () => {
  for (const address of ['', 'https://huggingface.co', ' https://HuggingFace.co:443/ '])
    expect(at(address)).toEqual(['hf_secret', null]);
});

it.each([
  ['https://mirror.example', 'The token for huggingface.co is not sent to mirror.example.'],
  ['https://huggingface.co:8443', 'The token for huggingface.co is not sent to huggingface.co:8443.'],
  ['http://127.0.0.1:8000', 'The token for huggingface.co is not sent to 127.0.0.1:8000.'],
  ['http://huggingface.co', 'A token is never sent over plain http: give an https address.'],
  ['https://me:pw@huggingface.co', 'A token belongs to one hub: give its address first.'],
  ['https://', 'A token belongs to one hub: give its address first.'],
  ['ftp://huggingface.co', 'A token belongs to one hub: give its address first.'],
])('goes nowhere with %s, and says so', (address, sentence) => {
  expect(at(address)).toEqual(['', sentence]);
});

it('is silent where none was typed, or it was cleared', () => {
  expect(at('https://mirror.example', new Map())).toEqual(['', null]);
  expect(at('https://mirror.example', withToken(typed, hubOf('')!, ''))).toEqual(['', null]);
});
