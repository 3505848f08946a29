/** JSON's objects may name a key twice, of which JSON.parse keeps the last; formats that forbid it need to see both. */

/** The first key that an object of this text has twice, at any depth; null if there is none. `text` is valid JSON. */
export function keyTwice(text: string): string | null {
  /** Keys of the objects that are open; null for an array. */
  const open: (Set<string> | null)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
        open.push(new Set());
        isKey = true;
        break;
      case OPEN_ARRAY:
        open.push(null);
        isKey = false;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop();
        break;
      case COMMA:
        isKey = open.at(-1) != null;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (isKey) {
          const keys = open.at(-1)!;
          const key: string = JSON.parse(text.slice(at, end + 1));
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

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;

/** Index of the quote that ends the string which begins at `begin`: the first after an even number of backslashes. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
}
