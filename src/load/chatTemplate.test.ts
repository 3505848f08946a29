import { describe, expect, it } from 'vitest';
import golden from '../../reference/tokenizer/chat.json';
import { chatTemplate, renderChat } from './chatTemplate';
import { NESTED_LOOPS } from './testing/hostile';
import { cpuTime } from '../util/testing';

const tokens = { bosToken: '<s>', eosToken: '</s>' };

describe('chat template', () => {
  it.each(golden.cases)('renders as transformers does: $name', async ({ template, chat }) => {
    expect(await renderChat(template, golden.prompt, tokens)).toBe(chat);
  });

  it('is found in the config as a text or a list, and a file of its own wins', () => {
    expect(chatTemplate({ chat_template: 'a' })).toBe('a');
    const list = [
      { name: 'tool_use', template: 't' },
      { name: 'default', template: 'd' },
    ];
    expect(chatTemplate({ chat_template: list })).toBe('d');
    expect(chatTemplate({ chat_template: list.slice(0, 1) })).toBeNull();
    expect(chatTemplate({ chat_template: 'a' }, 'file')).toBe('file');
    expect(chatTemplate({})).toBeNull();
    expect(chatTemplate(undefined)).toBeNull();
    expect(() => chatTemplate({ chat_template: 7 })).toThrow(
      /^tokenizer_config\.json: chat_template: wrong value/,
    );
  });

  it('gives an absent BOS as nothing, and the day where a template asks for it', async () => {
    const template = "{{ bos_token }}{{ messages[0].content }}{{ strftime_now('%Y') }}";
    const chat = await renderChat(template, 'hi', { bosToken: null, eosToken: null });
    expect(chat).toBe(`hi${new Date().getFullYear()}`);
  });

  it.each([
    ['throws', "{{ raise_exception('Only systems') }}", /Only systems/],
    ['is no Jinja', '{% for %}', /./],
    ['calls what is not there', '{{ nothing.at.all() }}', /./],
  ])('says in one sentence that a template %s', async (_, template, reason) => {
    const problem = renderChat(template, 'hi', tokens);
    await expect(problem).rejects.toThrow(
      /^chat template: cannot be used for a single user message \(.*\)\. Type/s,
    );
    await expect(problem).rejects.toThrow(reason);
  });

  it.each([
    ['loops without an end in sight', NESTED_LOOPS],
    ['ranges over a billion', '{{ range(1000000000) | length }}'],
    ['ranges by steps of nothing', '{{ range(1, 2, 0) }}'],
    [
      'doubles a text',
      `{% set x = namespace(t='ab') %}{% for i in range(99) %}{% set x.t = x.t ~ x.t %}{% endfor %}{{ x.t }}`,
    ],
    [
      'doubles a list',
      `{% set x = namespace(t=[1]) %}{% for i in range(99) %}{% set x.t = x.t + x.t %}{% endfor %}`,
    ],
    [
      'writes without end',
      `{% for i in range(100000) %}{{ 'x' * 0 ~ messages }}{{ messages[0].content }}{% endfor %}`,
    ],
    ['calls itself', '{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}'],
    ['is nested deeply', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`],
    ['uses what is not there', '{{ messages[0].get() }}'],
    ['refuses with a list', '{{ raise_exception(messages) }}'],
    ['asks for the day of a list', '{{ strftime_now(messages) }}'],
    ['is very long', 'a'.repeat(2 ** 18 + 1)],
  ])('ends in one sentence where a template %s', async (_, template) => {
    const began = cpuTime();
    await expect(renderChat(template, 'hi '.repeat(1000), tokens)).rejects.toThrow(
      /^chat template: cannot be used for a single user message \((?!Cannot (read|set|convert)|.*\[object)[^\n]{1,200}\)\. Type/,
    );
    expect(cpuTime() - began).toBeLessThan(2000);
  });

  it('lets a template read a long prompt many times', async () => {
    const template = '{% for i in range(5) %}{{ messages[0].content | trim }}{% endfor %}';
    const prompt = 'x'.repeat(100_000);
    expect(await renderChat(template, prompt, tokens)).toBe(prompt.repeat(5));
  });

  it('counts as Python does', async () => {
    const template =
      '{{ range(3) | join(" ") }}; {{ range(1, 6, 2) | join(" ") }}; {{ range(3, 0, -1) | join(" ") }}; {{ range(2, 1) | length }}';
    expect(await renderChat(template, '', tokens)).toBe('0 1 2; 1 3 5; 3 2 1; 0');
  });
});
