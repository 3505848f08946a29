import { keep, kept } from './kept';

/** The hub for look-ups, kept between visits; '' is Hugging Face. */
const KEY = 'loci.hub';

export const hubBase = (): string => kept(KEY);
export const rememberHubBase = (base: string): void => keep(KEY, base);
