/** Where hub ids are looked up, kept between visits; '' is the Hugging Face hub itself. */
const KEY = 'loci.hub';

export function hubBase(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    // Storage can be forbidden; then the setting lasts as long as the page.
    return '';
  }
}

export function rememberHubBase(base: string): void {
  try {
    if (base === '') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, base);
  } catch {
    // As above.
  }
}
