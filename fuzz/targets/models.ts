/** The small files of a model folder. */
import { parseCard, parseFacts } from '../../src/load/card';
import { chatTemplate, renderChat } from '../../src/load/chatTemplate';
import { shardNames } from '../../src/load/shards';
import { familyOf } from '../../src/model/families';
import { slotsOf } from '../../src/model/families/slots';
import { checkSnippet } from '../../src/forward/request/snippet';
import { jsonOf } from '../corpus';
import { mutateObject } from '../mutate/json';
import { mutateText } from '../mutate/text';
import { NOTHING_LOST, target } from '../target';

export const config = target<object>({
  name: 'config',
  seeds: () => [
    ...Object.values(
      (jsonOf('reference/families/configs.json') as { models: Record<string, object> }).models,
    ),
    jsonOf('public/models/planted/config.json') as object,
  ],
  mutate: mutateObject,
  async run(json) {
    const family = familyOf(json);
    slotsOf(family.parseConfig(json), family.modules);
    return NOTHING_LOST;
  },
});

export const card = target<object>({
  name: 'card',
  seeds: () => ['atlas', 'planted'].map((id) => jsonOf(`public/models/${id}/loci.json`) as object),
  mutate: mutateObject,
  async run(json) {
    parseCard(json);
    return NOTHING_LOST;
  },
});

export const facts = target<object>({
  name: 'facts',
  seeds: () => {
    const { facts: rows, ...table } = jsonOf('public/models/atlas/facts.json') as { facts: object[] };
    return [{ ...table, facts: rows.slice(0, 60) }];
  },
  mutate: mutateObject,
  async run(json) {
    parseFacts(json, 'facts.json');
    return NOTHING_LOST;
  },
});

const INDEX = {
  metadata: { total_size: 100 },
  weight_map: {
    'wte.weight': 'model-00001-of-00002.safetensors',
    'h.0.ln_1.weight': 'model-00001-of-00002.safetensors',
    'h.0.ln_1.bias': 'model-00002-of-00002.safetensors',
  },
};

export const shardIndex = target<object>({
  name: 'shard-index',
  seeds: () => [INDEX],
  mutate: mutateObject,
  async run(json) {
    shardNames(json, 'model.safetensors.index.json', 'safetensors');
    return NOTHING_LOST;
  },
});

interface Chats {
  readonly prompt: string;
  readonly cases: readonly { readonly template: string }[];
}

const JINJA = [
  '{% for m in messages %}',
  '{% endfor %}',
  '{{ message }}',
  '{% if true %}',
  '{% endif %}',
  '{%- set x = 1 -%}',
  "{{ 'a' * 3 }}",
  '{{ range(10) }}',
  '{{ messages[0] }}',
  '| trim',
  '| upper',
  '{# #}',
  '{% macro f(x) %}{% endmacro %}',
  '{{ x.y.z }}',
];

export const jinja = target<string>({
  name: 'chat-template',
  seeds: () => (jsonOf('reference/tokenizer/chat.json') as Chats).cases.map(({ template }) => template),
  mutate: (text, random) => mutateText(text, random, JINJA),
  async run(text) {
    const template = chatTemplate({ chat_template: text });
    if (template !== null) await renderChat(template, 'Hello', { bosToken: '<s>', eosToken: null });
    return NOTHING_LOST;
  },
});

const SNIPPETS = [
  'fn edit(x: f32, row: u32, col: u32) -> f32 { return x; }',
  'const K = 2.0;\nfn half(x: f32) -> f32 { return x / K; }\nfn edit(x: f32, row: u32, col: u32) -> f32 {\n  return half(half(x)); }',
  '/* a /* b */ c */ fn edit(x: f32, row: u32, col: u32) -> f32 { if (row > 2u) { return 0.0; } return x; }',
];
const WGSL = [
  'for',
  'loop',
  'fn ',
  '{',
  '}',
  '(',
  ')',
  ';',
  '@',
  'edit(',
  'var<',
  'const ',
  '/*',
  '*/',
  'array<f32, 9>',
];

export const snippet = target<string>({
  name: 'snippet',
  seeds: () => SNIPPETS,
  mutate: (text, random) => mutateText(text, random, WGSL),
  async run(text) {
    checkSnippet('fuzz', text);
    return NOTHING_LOST;
  },
});
