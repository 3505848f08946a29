/** The hub for look-ups, kept between visits; '' is Hugging Face. */
const KEY = 'loci.hub';

export function hubBase(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    // If storage is forbidden, the setting lasts until the page closes.
    return '';
  }
}

export function rememberHubBase(base: string): void {
  try {
    if (base === '') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, base);
  } catch {
    // The setting lasts until the page closes.
  }
}
