/** What a kind of question is about, whether it asks a language model or a net. */
import type { NetAbout } from '../experiments/net/experiment';
import { questionOf } from './catalogue';
import { useNet, useStatus } from './context';

export function useAbout(kind: string): NetAbout | undefined {
  const language = useStatus((state) => questionOf(state.catalogue, kind)?.about);
  const net = useNet((state) => state.catalogue?.find((one) => one.kind === kind)?.about);
  return language ?? net;
}
