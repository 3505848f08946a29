import { describe, expect, it } from 'vitest';
import golden from '../../reference/tokenizer/chat.json';
import { chatTemplate, renderChat } from './chatTemplate';

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
      /^chat template: cannot be used for one message of the user \(.*\)\. Type/s,
    );
    await expect(problem).rejects.toThrow(reason);
  });
});
