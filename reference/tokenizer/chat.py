"""Golden chats: templates in the shapes that models publish, and what transformers makes of one message of the user.

    python reference/tokenizer/chat.py      writes chat.json beside this file; same input, same bytes
"""

import json
from pathlib import Path

import transformers
from transformers.utils.chat_template_utils import render_jinja_template

PROMPT = "The Space Needle is in <b>downtown</b>\n"
TEMPLATES = {
    "chatml": (
        "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
        "{{ '<|im_start|>system\nYou help.<|im_end|>\n' }}{% endif %}"
        "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"),
    "llama-2": (
        "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}"
        "{% for message in rest %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Roles must alternate') }}{% endif %}"
        "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + message['content'].strip() + ' [/INST]' }}"
        "{% else %}{{ ' ' + message['content'] + ' ' + eos_token }}{% endif %}{% endfor %}"),
    "llama-3": (
        "{{- bos_token }}\n{%- if custom_tools is defined %}\n    {%- set tools = custom_tools %}\n{%- endif %}\n"
        "{%- if not date_string is defined %}\n    {%- set date_string = '26 Jul 2024' %}\n{%- endif %}\n"
        "{{- '<|start_header_id|>system<|end_header_id|>\\n\\nToday: ' + date_string + '\\n\\n<|eot_id|>' }}\n"
        "{%- for message in messages %}\n    {%- if not (message.role == 'ipython' or 'tool_calls' in message) %}\n"
        "        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}\n"
        "    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n"
        "    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}\n{%- endif %}\n"),
    "zephyr": (
        "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n"
        "{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n' + message['content'] + eos_token }}\n{% endif %}\n"
        "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}"),
    "gemma": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for message in messages %}{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
        "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"),
    "macro": (
        "{%- macro turn(role, text) -%}[{{ role | upper }}]{{ text }}{%- endmacro -%}\n"
        "{%- set ns = namespace(count=0) -%}\n{%- for m in messages if m.content is string -%}\n"
        "{%- set ns.count = ns.count + 1 -%}\n{{ turn(m.role, m.content) }}\n{%- endfor -%}\n#{{ ns.count }} {{ {'a': [1, true]} | tojson }}\n"),
    "tools and documents are none": (
        "{% if tools is not none %}[TOOLS]{% endif %}{% if tools is defined and not tools %}no tools{% endif %}"
        "{% if documents is none %}, no documents{% endif %}: {{ messages[0].content }}"),
    "a template's own default": (
        "{%- if not tools is defined %}{% set tools = 'never' %}{% endif %}{% if documents %}[DOCS]{% endif %}"
        "{% if tools %}{{ tools }}{% endif %}{% if documents is defined %}defined{% endif %} {{ messages[0].content }}"),
}


def rendered(template):
    chats, _ = render_jinja_template([[{"role": "user", "content": PROMPT}]], chat_template=template,
                                     add_generation_prompt=True, bos_token="<s>", eos_token="</s>")
    return chats[0]


if __name__ == "__main__":
    rows = ",\n".join(json.dumps({"name": name, "template": template, "chat": rendered(template)})
                      for name, template in TEMPLATES.items())
    head = json.dumps({"command": "python reference/tokenizer/chat.py", "transformers": transformers.__version__,
                       "prompt": PROMPT})
    (Path(__file__).parent / "chat.json").write_text(f'{head[:-1]}, "cases": [\n{rows}\n]}}\n')
