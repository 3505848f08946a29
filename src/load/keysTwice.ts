/** Finds duplicate keys in JSON. JSON.parse silently keeps the last; some formats forbid them. */
import { COMMA, endOfString, LIST, LIST_END, OBJECT, OBJECT_END, QUOTE } from '../util/jsonText';

/** The first key that an object in `text` (valid JSON) repeats, at any depth, or null. */
export function keyTwice(text: string): string | null {
  /** Keys of the enclosing objects; null for an array. */
  const open: (Set<string> | null)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OBJECT:
        open.push(new Set());
        isKey = true;
        break;
      case LIST:
        open.push(null);
        isKey = false;
        break;
      case OBJECT_END:
      case LIST_END:
        open.pop();
        break;
      case COMMA:
        isKey = open.at(-1) != null;
        break;
      case QUOTE: {
        const end = endOfString(text, at + 1);
        if (isKey) {
          const keys = open.at(-1)!;
          const written = text.slice(at + 1, end);
          const key: string = written.includes('\\') ? JSON.parse(`"${written}"`) : written;
          if (keys.has(key)) return key;
          keys.add(key);
          isKey = false;
        }
        at = end;
      }
    }
  }
  return null;
}
