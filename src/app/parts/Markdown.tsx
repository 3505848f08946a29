/**
 * Documentation pages: headings, paragraphs, lists, tables and code, as used in docs/. Omits
 * pictures: the finding is beside the text.
 */
import { type ReactNode, useEffect, useState } from 'react';
import { append } from '../../util/lists';

const pages = import.meta.glob<string>('../../../docs/*.md', { query: '?raw', import: 'default' });

/** A page under docs/ once loaded; nothing if it does not exist. */
export function DocsPage({ name }: { readonly name: string }) {
  const [text, setText] = useState('');
  useEffect(() => {
    void pages[`../../../docs/${name}`]?.().then(setText);
  }, [name]);
  return <div className="markdown">{blocksOf(text).map(block)}</div>;
}

/** Paragraphs, tables, lists; a code fence is one block. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  text.split(/^(```[\s\S]*?^```)/m).forEach((part, at) => {
    if (at % 2 === 1) blocks.push(part);
    else
      append(
        blocks,
        part.split(/\n{2,}|(?<=^#.*)\n/m).filter((block) => !/^\s*(?:!\[|$)/.test(block)),
      );
  });
  return blocks;
}

function block(source: string, key: number): ReactNode {
  const lines = source.trim().split('\n');
  const [first] = lines;
  if (first!.startsWith('```')) return <pre key={key}>{lines.slice(1, -1).join('\n')}</pre>;
  if (first!.startsWith('#')) return <h4 key={key}>{inline(first!.replace(/^#+ /, ''))}</h4>;
  if (first!.startsWith('|')) return <Rows key={key} lines={lines} />;
  if (/^([-*]|\d+\.) /.test(first!)) {
    const items = source.trim().split(/\n(?=(?:[-*]|\d+\.) )/);
    return (
      <ul key={key}>
        {items.map((item) => (
          <li key={item}>{inline(item.replace(/^([-*]|\d+\.) /, ''))}</li>
        ))}
      </ul>
    );
  }
  return <p key={key}>{inline(lines.join(' '))}</p>;
}

function Rows({ lines }: { readonly lines: readonly string[] }) {
  const cells = (line: string) =>
    line
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
  const [head, , ...rows] = lines;
  return (
    <table>
      <thead>
        <tr>
          {cells(head!).map((cell, at) => (
            <th key={at} className="left">
              {inline(cell)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row}>
            {cells(row).map((cell, at) => (
              <td key={at} className="left">
                {inline(cell)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Code, bold, emphasis and links; links between docs become text. */
function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|\[[^\]]+\]\([^)]+\))/).map((part, key) => {
    if (part.startsWith('`')) return <code key={key}>{part.slice(1, -1)}</code>;
    if (part.startsWith('**')) return <strong key={key}>{part.slice(2, -2)}</strong>;
    if (part.startsWith('*') && part.length > 2) return <em key={key}>{part.slice(1, -1)}</em>;
    const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    if (!link) return part;
    const [, name, address] = link;
    return address!.startsWith('https://') ? (
      <a key={key} href={address}>
        {name}
      </a>
    ) : (
      name
    );
  });
}
